import ZipArchives

/// The header of an array: type, order of the axes, shape.
///
/// - Source: NumPy Enhancement Proposal 1, and numpy's `numpy.lib.format`.
struct NumPyHeader {
  /// The first bytes of every file.
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  let dataType: NumPyDataType
  let isBigEndian: Bool
  let isFortranOrder: Bool
  let shape: [Int]
  /// Where the elements begin.
  let byteCount: Int

  /// Reads the header at the beginning of a file.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(NumPyError) {
    func damaged(_ problem: String) -> NumPyError { .damaged(path: path, problem: problem) }
    guard bytes.count >= 10, bytes.prefix(6).elementsEqual(Self.magic) else {
      throw damaged("it does not begin with numpy's sign")
    }
    let length: Int
    let start: Int
    switch bytes[6] {
    case 1: (length, start) = (Int(bytes.number(UInt16.self, at: 8)), 10)
    case 2 where bytes.count >= 12, 3 where bytes.count >= 12:
      (length, start) = (Int(bytes.number(UInt32.self, at: 8)), 12)
    default: throw damaged("its version \(bytes[6]) is unknown")
    }
    // numpy itself refuses longer ones.
    guard length <= min(bytes.count - start, 10_000) else {
      throw damaged("its header reaches past the end of the file")
    }
    var text = HeaderText(bytes[start..<start + length])
    guard let fields = text.fields() else { throw damaged("its header cannot be understood") }
    guard let type = fields.type, let order = fields.isFortranOrder, let shape = fields.shape else {
      throw damaged("its header lacks descr, fortran_order or shape")
    }
    guard let dataType = NumPyDataType(rawValue: String(type.dropFirst())),
      let sign = type.first, "<>|=".contains(sign)
    else { throw .unsupportedType(path: path, type: type) }
    self.dataType = dataType
    isBigEndian = sign == ">" && dataType.byteCount > 1
    isFortranOrder = order
    self.shape = shape
    byteCount = start + length
  }

  /// The header of an array that is written, padded so that the elements begin at a multiple of 64 bytes.
  static func bytes(_ dataType: NumPyDataType, shape: [Int]) -> [UInt8] {
    let lengths =
      shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text =
      "{'descr': '\(dataType.description)', 'fortran_order': False, 'shape': (\(lengths)), }"
    while (10 + text.utf8.count + 1) % 64 != 0 { text += " " }
    text += "\n"
    let count = UInt16(text.utf8.count)
    return magic + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(text.utf8)
  }
}

/// Reads the Python dictionary of a header.
private struct HeaderText {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: Slice<UnsafeRawBufferPointer>) { rest = Array(bytes)[...] }

  mutating func fields() -> (type: String?, isFortranOrder: Bool?, shape: [Int]?)? {
    var result: (type: String?, isFortranOrder: Bool?, shape: [Int]?)
    guard take("{") else { return nil }
    while !take("}") {
      guard let name = string(), take(":") else { return nil }
      switch name {
      case "descr":
        // A list describes records.
        guard result.type == nil, let type = string() ?? records() else { return nil }
        result.type = type
      case "fortran_order":
        guard result.isFortranOrder == nil else { return nil }
        if take("True") { result.isFortranOrder = true }
        if take("False") { result.isFortranOrder = false }
        if result.isFortranOrder == nil { return nil }
      case "shape":
        guard result.shape == nil, let shape = tuple() else { return nil }
        result.shape = shape
      default: return nil
      }
      _ = take(",")
    }
    return rest.allSatisfy { $0 == 0x20 || $0 == 0x0A } ? result : nil
  }

  private mutating func skipSpaces() {
    while let first = rest.first, first == 0x20 || first == 0x0A { rest.removeFirst() }
  }

  private mutating func take(_ text: String) -> Bool {
    skipSpaces()
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  private mutating func string() -> String? {
    skipSpaces()
    guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
      let end = rest.dropFirst().firstIndex(of: quote)
    else { return nil }
    defer { rest = rest[(end + 1)...] }
    return String(decoding: rest[rest.startIndex + 1..<end], as: UTF8.self)
  }

  /// The description of records as it stands, which no type has.
  private mutating func records() -> String? {
    guard rest.first == UInt8(ascii: "["), let end = rest.firstIndex(of: UInt8(ascii: "]")) else {
      return nil
    }
    defer { rest = rest[(end + 1)...] }
    return String(decoding: rest[...end], as: UTF8.self)
  }

  private mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var numbers: [Int] = []
    while !take(")") {
      skipSpaces()
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      guard let number = Int(String(decoding: digits, as: UTF8.self)), numbers.count < 32 else {
        return nil
      }
      rest = rest.dropFirst(digits.count)
      _ = take("L")
      numbers.append(number)
      guard take(",") || rest.first == UInt8(ascii: ")") else { return nil }
    }
    return numbers
  }
}
