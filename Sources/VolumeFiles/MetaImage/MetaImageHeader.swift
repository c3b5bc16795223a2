import Volumes

/// The fields of a MetaImage header.
///
/// - Source: ITK's MetaIO documentation, docs.itk.org, "MetaIO documentation".
struct MetaImageHeader {
  let path: String
  private var fields: [String: String] = [:]
  /// Bytes before the voxels of a file that holds them.
  let length: Int

  init(_ file: InputFile) throws(VolumeFileError) {
    path = file.path
    // This field is the last: what follows it are voxels.
    let text = try TextHeader(file) { trimmed($0.prefix(15)).lowercased() == "elementdatafile" }
    length = text.length
    for line in text.lines {
      guard let equals = line.firstIndex(of: "=") else { continue }
      fields[trimmed(line[..<equals]).lowercased()] = trimmed(line[line.index(after: equals)...])
    }
    guard fields["elementdatafile"] != nil else {
      throw .damagedHeader(path: path, problem: "the field ElementDataFile is missing")
    }
  }

  /// The first of several names, in small letters, that the header has.
  func field(_ names: String...) -> String? { names.lazy.compactMap { fields[$0] }.first }

  func flag(_ names: String...) -> Bool? {
    names.lazy.compactMap { fields[$0] }.first.map { ["true", "1", "t"].contains($0.lowercased()) }
  }

  func integer(_ name: String) throws(VolumeFileError) -> Int? {
    guard let text = fields[name] else { return nil }
    guard let value = Int(text) else {
      throw .damagedHeader(path: path, problem: "\(name) reads '\(text.prefix(40))'")
    }
    return value
  }

  /// Numbers under the first of several names; nil without any of them.
  func numbers(_ names: [String], count: Int) throws(VolumeFileError) -> [Double]? {
    guard let (name, text) = names.lazy.compactMap({ n in fields[n].map { (n, $0) } }).first else {
      return nil
    }
    let values = words(text).compactMap { Double($0) }
    guard values.count == count, values.allSatisfy(\.isFinite) else {
      throw .damagedHeader(
        path: path, problem: "\(name) reads '\(text.prefix(60))', expected \(count) numbers")
    }
    return values
  }

  func voxelType() throws(VolumeFileError) -> VoxelType {
    let name = field("elementtype") ?? ""
    switch name.uppercased().dropping("_ARRAY") {
    case "MET_CHAR": return .int8
    case "MET_UCHAR": return .uint8
    case "MET_SHORT": return .int16
    case "MET_USHORT": return .uint16
    case "MET_INT", "MET_LONG": return .int32
    case "MET_UINT", "MET_ULONG": return .uint32
    case "MET_LONG_LONG": return .int64
    case "MET_ULONG_LONG": return .uint64
    case "MET_FLOAT": return .float32
    case "MET_DOUBLE": return .float64
    default:
      throw .unsupported(
        path: path, feature: "the voxel type '\(name.prefix(40))' is",
        cure: "convert the image to an integer or float type")
    }
  }
}

extension String {
  /// The text without a given ending.
  fileprivate func dropping(_ ending: String) -> String {
    hasSuffix(ending) ? String(dropLast(ending.count)) : self
  }
}
