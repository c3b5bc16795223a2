/// Finds the elements of a DICOM file, and never reads beyond its end.
///
/// Kept are the elements of the file itself and those of the first item of its sequences.
///
/// - Source: DICOM PS3.5, sections 7 and A.
struct ElementWalk {
  /// How element types are told.
  enum Syntax {
    /// Every element names its type.
    case explicit
    /// Types follow from the dictionary.
    case implicit
  }

  /// Where an element's value lies.
  struct Value {
    let bytes: Range<Int>
    let type: String
  }

  /// What is wrong with a file.
  enum Defect: Error {
    case truncated
    case nested
  }

  private(set) var values: [UInt64: Value] = [:]
  /// Where the voxels begin, and how long they say they are; nil for a length that is not told.
  private(set) var voxels: (start: Int, length: Int?)?
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func key(_ element: UInt32, in sequence: UInt32) -> UInt64 {
    UInt64(sequence) << 32 | UInt64(element)
  }

  /// Walks over the elements from a place to an end, or to the voxels.
  ///
  /// - Parameters:
  ///   - start: The place of the first element.
  ///   - end: The place after the last byte that may be read.
  ///   - syntax: How types are told.
  ///   - isHeader: Whether to stop after group 2, which comes before the data.
  /// - Returns: The place after the last element.
  /// - Throws: A `Defect` where a length leads beyond the end.
  mutating func walk(
    from start: Int, to end: Int, _ syntax: Syntax, isHeader: Bool = false
  ) throws(Defect) -> Int {
    try walk(from: start, to: end, syntax, sequence: 0, depth: 0, isKept: true, isHeader: isHeader)
  }

  private mutating func walk(
    from start: Int, to end: Int, _ syntax: Syntax, sequence: UInt32, depth: Int, isKept: Bool,
    isHeader: Bool = false
  ) throws(Defect) -> Int {
    guard depth < 16 else { throw .nested }
    var place = start
    while place < end {
      let tag = try tag(at: place, before: end)
      if isHeader, tag >> 16 != 2 { return place }
      if tag == Self.itemEnd { return place + 8 }
      let element = try element(tag, at: place, before: end, syntax)
      if tag == 0x7fe0_0010, depth == 0 {
        voxels = (element.start, element.length)
        return element.start
      }
      if element.type == "SQ" || element.length == nil {
        let inner: Syntax = element.type == "UN" ? .implicit : syntax
        let stop = element.length.map { element.start + $0 } ?? end
        guard stop <= end else { throw .truncated }
        place = try items(
          from: element.start, to: stop, inner, of: tag, depth: depth,
          isKept: isKept && depth == 0, isOpen: element.length == nil)
        continue
      }
      let after = element.start + (element.length ?? 0)
      guard after <= end else { throw .truncated }
      if isKept {
        values[Self.key(tag, in: sequence)] = Value(
          bytes: element.start..<after, type: element.type)
      }
      place = after
    }
    return place
  }

  /// Walks over the items of a sequence; the first one's elements are kept.
  private mutating func items(
    from start: Int, to end: Int, _ syntax: Syntax, of sequence: UInt32, depth: Int, isKept: Bool,
    isOpen: Bool
  ) throws(Defect) -> Int {
    var place = start
    var isFirst = true
    while place < end {
      let tag = try tag(at: place, before: end)
      let length = try number(at: place + 4, before: end)
      place += 8
      if tag == Self.sequenceEnd { return place }
      guard tag == Self.item else { throw .truncated }
      let isItemOpen = length == UInt32.max
      let stop = isItemOpen ? end : place + Int(length)
      guard stop <= end else { throw .truncated }
      place = try walk(
        from: place, to: stop, syntax, sequence: sequence, depth: depth + 1,
        isKept: isKept && isFirst)
      isFirst = false
    }
    if isOpen { throw .truncated }
    return place
  }

  /// The type of an element, where its value begins, and how long it is; nil for a length that is
  /// not told.
  private func element(
    _ tag: UInt32, at place: Int, before end: Int, _ syntax: Syntax
  ) throws(Defect) -> (type: String, start: Int, length: Int?) {
    func told(_ length: UInt32) -> Int? { length == UInt32.max ? nil : Int(length) }
    if syntax == .implicit {
      let type = Self.types[tag] ?? "LO"
      return (type, place + 8, told(try number(at: place + 4, before: end)))
    }
    guard place + 8 <= end else { throw .truncated }
    let type = String(decoding: bytes[place + 4..<place + 6], as: UTF8.self)
    if Self.longTypes.contains(type) {
      return (type, place + 12, told(try number(at: place + 8, before: end)))
    }
    return (type, place + 8, Int(bytes[place + 6]) | Int(bytes[place + 7]) << 8)
  }

  private func tag(at place: Int, before end: Int) throws(Defect) -> UInt32 {
    let number = try number(at: place, before: end)
    return number << 16 | number >> 16
  }

  private func number(at place: Int, before end: Int) throws(Defect) -> UInt32 {
    guard place + 4 <= end else { throw .truncated }
    return (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }

  private static let item: UInt32 = 0xfffe_e000
  private static let itemEnd: UInt32 = 0xfffe_e00d
  private static let sequenceEnd: UInt32 = 0xfffe_e0dd
  /// Types whose length has four bytes.
  private static let longTypes: Set<String> = [
    "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV",
  ]
  /// Types of elements that are read, where the file does not tell them; all others are texts.
  private static let types: [UInt32: String] = [
    0x0028_0002: "US", 0x0028_0010: "US", 0x0028_0011: "US", 0x0028_0100: "US",
    0x0028_0101: "US", 0x0028_0102: "US", 0x0028_0103: "US", 0x0018_9087: "FD",
    0x0054_0016: "SQ",
  ]
}
