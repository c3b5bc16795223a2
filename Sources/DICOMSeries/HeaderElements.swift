#if canImport(Glibc)
  import Glibc
#endif

/// The elements of a file, and where its voxels lie.
struct HeaderElements {
  let path: String
  /// The bytes of the file.
  let bytes: [UInt8]
  /// Where the voxels lie; nil if there are none, or if they are compressed.
  let voxels: Range<Int>?
  /// The transfer syntax, if it is one whose voxels are not read.
  let unreadSyntax: String?
  private let values: [UInt64: ElementWalk.Value]

  /// Reads a file.
  init(path: String) throws(DICOMError) {
    self.path = path
    let bytes = try contents(of: path)
    self.bytes = bytes
    guard bytes.count > 132 else { throw .damaged(path: path, problem: "truncated DICOM header") }
    var walk = ElementWalk(bytes)
    var isForeign = false
    do throws(ElementWalk.Defect) {
      let start = try walk.walk(from: 132, to: bytes.count, .explicit, isHeader: true)
      let syntax = walk.values[ElementWalk.key(0x0002_0010, in: 0)].map { printed($0, in: bytes) }
      switch syntax {
      case "1.2.840.10008.1.2": unreadSyntax = nil
      case "1.2.840.10008.1.2.1": unreadSyntax = nil
      default: unreadSyntax = syntax ?? "none"
      }
      // What follows is not in an order of bytes, or not in a form, that can be walked over.
      isForeign = ["1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"].contains(syntax)
      if !isForeign {
        _ = try walk.walk(
          from: start, to: bytes.count, syntax == "1.2.840.10008.1.2" ? .implicit : .explicit)
      }
    } catch {
      throw .damaged(
        path: path, problem: "truncated or damaged DICOM header")
    }
    guard !isForeign else {
      throw .unsupported(
        path: path, feature: "big-endian or deflated data",
        cure: "convert the series first, as by gdcmconv --raw")
    }
    values = walk.values
    if let found = walk.voxels, let length = found.length, unreadSyntax == nil {
      voxels = found.start..<min(bytes.count, found.start + length)
    } else {
      voxels = nil
    }
  }

  /// The text of an element, of a sequence's first item if one is named; numbers are printed.
  func text(_ element: UInt32, in sequence: UInt32 = 0) -> String? {
    guard let value = values[ElementWalk.key(element, in: sequence)] else { return nil }
    let result = printed(value, in: bytes)
    return result.isEmpty ? nil : result
  }

  /// The finite numbers of an element, or nil if there are none or other text stands there.
  func numbers(_ element: UInt32, in sequence: UInt32 = 0) -> [Double]? {
    guard let text = text(element, in: sequence) else { return nil }
    var numbers: [Double] = []
    for part in text.split(separator: "\\", omittingEmptySubsequences: false) {
      let digits = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
      guard let number = Double(String(digits)), number.isFinite else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// The first number of an element.
  func number(_ element: UInt32, in sequence: UInt32 = 0) -> Double? {
    numbers(element, in: sequence)?.first
  }

  /// A number that must be whole and in a range.
  func integer(
    _ element: UInt32, named name: String, in range: ClosedRange<Int>, absent: Int
  ) throws(DICOMError) -> Int {
    guard let text = text(element) else { return absent }
    guard let number = number(element), let whole = Int(exactly: number), range.contains(whole)
    else {
      throw .damaged(
        path: path,
        problem: "\(name) is \(text.prefix(40).filter { !$0.isNewline }), expected"
          + " \(range.lowerBound) to \(range.upperBound)")
    }
    return whole
  }
}

/// An element's text without padding; numbers of binary elements are printed, with backslashes
/// between them.
private func printed(_ value: ElementWalk.Value, in bytes: [UInt8]) -> String {
  func numbers<Number>(_ size: Int, _ number: (UInt64) -> Number) -> String {
    stride(from: value.bytes.lowerBound, through: value.bytes.upperBound - size, by: size).map {
      start in
      let bits = (0..<size).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
      return "\(number(bits))"
    }.joined(separator: "\\")
  }
  switch value.type {
  case "US": return numbers(2) { $0 }
  case "SS": return numbers(2) { Int16(truncatingIfNeeded: $0) }
  case "UL": return numbers(4) { $0 }
  case "SL": return numbers(4) { Int32(truncatingIfNeeded: $0) }
  case "FL": return numbers(4) { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
  case "FD": return numbers(8) { Double(bitPattern: $0) }
  default:
    let padding: Set<UInt8> = [0, 9, 10, 13, 32]
    let kept = bytes[value.bytes].drop { padding.contains($0) }
    let count = kept.reversed().drop { padding.contains($0) }.count
    let line = kept.prefix(count).map { $0 < 32 ? 32 : $0 }
    return String(decoding: line, as: UTF8.self)
  }
}

/// The bytes of a file, 1 GiB at most.
private func contents(of path: String) throws(DICOMError) -> [UInt8] {
  guard let file = fopen(path, "rb") else {
    throw .damaged(path: path, problem: "cannot be opened (\(String(cString: strerror(errno))))")
  }
  defer { fclose(file) }
  var status = stat()
  guard fstat(fileno(file), &status) == 0, status.st_size <= 1 << 30 else {
    throw .damaged(path: path, problem: "above 1 GiB, more than a slice can be")
  }
  let size = Int(status.st_size)
  return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    count = fread(buffer.baseAddress, 1, size, file)
  }
}
