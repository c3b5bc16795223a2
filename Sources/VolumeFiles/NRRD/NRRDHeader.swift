import Volumes

/// The fields of a NRRD header.
///
/// - Source: The NRRD file format definition, teem.sourceforge.net/nrrd/format.html.
struct NRRDHeader {
  let path: String
  private var fields: [String: String] = [:]
  /// Bytes before the voxels of an attached file.
  let length: Int

  init(_ file: InputFile) throws(VolumeFileError) {
    path = file.path
    let text = try TextHeader(file, until: \.isEmpty)
    length = text.length
    guard let magic = text.lines.first, magic.hasPrefix("NRRD000") else {
      throw .damagedHeader(path: path, problem: "it does not begin with NRRD000")
    }
    for line in text.lines.dropFirst() where !line.hasPrefix("#") {
      // "key:=value" is the author's own; "field: value" is the format's.
      guard let colon = line.firstIndex(of: ":") else { continue }
      let rest = line[line.index(after: colon)...]
      if rest.hasPrefix("=") { continue }
      let name = line[..<colon].lowercased().filter { $0 != " " }
      fields[name] = trimmed(rest)
      // A list of file names takes the rest of the header.
      if name == "datafile" { break }
    }
  }

  /// A field by its name in small letters without blanks.
  func field(_ name: String) -> String? { fields[name] }

  func required(_ name: String) throws(VolumeFileError) -> String {
    guard let value = fields[name] else {
      throw .damagedHeader(path: path, problem: "the field '\(name)' is missing")
    }
    return value
  }

  func integer(_ name: String) throws(VolumeFileError) -> Int? {
    guard let text = fields[name] else { return nil }
    guard let value = Int(text) else {
      throw .damagedHeader(path: path, problem: "'\(name)' reads '\(text.prefix(40))'")
    }
    return value
  }

  /// One number per axis.
  func integers(_ name: String, count: Int) throws(VolumeFileError) -> [Int] {
    let values = words(try required(name)).compactMap { Int($0) }
    guard values.count == count else {
      throw .damagedHeader(
        path: path, problem: "'\(name)' holds \(values.count) numbers, expected \(count)")
    }
    return values
  }

  /// One number per axis, NaN where there is none; nil without the field.
  func numbers(_ name: String, count: Int) throws(VolumeFileError) -> [Double]? {
    guard let text = fields[name] else { return nil }
    let values = words(text).map { Double($0) ?? .nan }
    guard values.count == count else {
      throw .damagedHeader(
        path: path, problem: "'\(name)' holds \(values.count) numbers, expected \(count)")
    }
    return values
  }

  /// Vectors in parentheses, nil for `none`; nil without the field.
  func vectors(_ name: String) throws(VolumeFileError) -> [[Double]?]? {
    guard let text = fields[name] else { return nil }
    var result: [[Double]?] = []
    var rest = text[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest = rest.dropFirst()
      } else if rest.hasPrefix("none") {
        result.append(nil)
        rest = rest.dropFirst(4)
      } else if first == "(", let end = rest.firstIndex(of: ")") {
        let parts = rest[rest.index(after: rest.startIndex)..<end].split(separator: ",")
        result.append(parts.map { Double(trimmed($0)) ?? .nan })
        rest = rest[rest.index(after: end)...]
      } else {
        throw .damagedHeader(path: path, problem: "'\(name)' reads '\(text.prefix(40))'")
      }
    }
    return result
  }

  /// The type of a number.
  func voxelType() throws(VolumeFileError) -> VoxelType {
    let name = try required("type").lowercased()
    switch words(name).joined(separator: " ") {
    case "signed char", "int8", "int8_t": return .int8
    case "uchar", "unsigned char", "uint8", "uint8_t": return .uint8
    case "short", "short int", "signed short", "signed short int", "int16", "int16_t":
      return .int16
    case "ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t": return .uint16
    case "int", "signed int", "int32", "int32_t": return .int32
    case "uint", "unsigned int", "uint32", "uint32_t": return .uint32
    case "longlong", "long long", "long long int", "signed long long", "signed long long int",
      "int64", "int64_t":
      return .int64
    case "ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t":
      return .uint64
    case "float": return .float32
    case "double": return .float64
    default:
      throw .unsupported(
        path: path, feature: "the voxel type '\(name.prefix(40))' is",
        cure: "convert the image to an integer or float type")
    }
  }
}
