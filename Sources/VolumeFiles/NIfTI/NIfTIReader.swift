import Volumes

/// Opens a NIfTI or Analyze file, or either half of a pair.
func openNIfTI(_ path: String) throws(VolumeFileError) -> any VoxelSource {
  let names = NIfTINames(path)
  let headerPath = names.existingHeader
  let file = try InputFile(headerPath)
  let stream = try ByteStream(file, from: 0, names.compression(of: headerPath))
  var header = try NIfTIHeader(try stream.read(540), path: headerPath)
  if names.isPair { header.isSingleFile = false }
  guard header.isSingleFile || names.isPair else {
    throw .damagedHeader(
      path: path, problem: "it says that the voxels are in another file, expected .hdr and .img")
  }

  let shape = try header.shape(path: headerPath)
  let (type, components) = try header.voxelType(path: headerPath)
  guard components == 1 || shape.channelCount == 1 else {
    throw .unsupported(
      path: path, feature: "a series of colour images is", cure: "split the series first")
  }
  var orientation = header.orientation
  orientation.gridAxes = shape.dimensions == 2 ? 2 : 3
  let reading = try orientation.geometry(of: shape.extent, path: headerPath)
  var description = VolumeHeader(
    format: .nifti, geometry: reading.geometry, dimensions: shape.dimensions,
    channelCount: shape.channelCount * components, voxelType: type)
  description.warnings = reading.warnings
  if header.version == .analyze {
    description.warnings = ["an Analyze 7.5 file: its orientation is unknown"]
    description.geometry.niftiOrientation = nil
  }
  description.isScaled = header.scaling != nil

  let voxels = names.isPair ? try names.openVoxels(beside: headerPath) : try stream.restarted()
  return try RawVoxelSource(
    header: description, stream: voxels,
    encoding: VoxelEncoding(type: type, isSwapped: header.isSwapped, scaling: header.scaling),
    isInterleaved: components > 1, leading: try header.dataOffset(path: headerPath))
}

/// The names of the one or two files of a NIfTI image.
struct NIfTINames {
  let path: String
  /// Whether header and voxels are two files.
  let isPair: Bool
  private let stem: String

  init(_ path: String) {
    self.path = path
    let name = path.lowercased()
    let ending = [".hdr.gz", ".img.gz", ".hdr", ".img"].first { name.hasSuffix($0) }
    isPair = ending != nil
    stem = String(path.dropLast(ending?.count ?? 0))
  }

  /// The header's file.
  var existingHeader: String {
    isPair ? existing("hdr") ?? stem + ".hdr" : path
  }

  /// The names to write a pair under.
  var pairToWrite: (header: String, voxels: String) {
    let isCompressed = path.lowercased().hasSuffix(".gz")
    return (stem + (isCompressed ? ".hdr.gz" : ".hdr"), stem + (isCompressed ? ".img.gz" : ".img"))
  }

  func openVoxels(beside header: String) throws(VolumeFileError) -> ByteStream {
    let name = existing("img") ?? stem + ".img"
    return try ByteStream(InputFile(name), from: 0, compression(of: name))
  }

  func compression(of name: String) -> ByteStream.Compression {
    name.lowercased().hasSuffix(".gz") ? .deflate : .none
  }

  /// The file with this ending, in small or capital letters, compressed or not.
  private func existing(_ ending: String) -> String? {
    let endings = [ending, ending.uppercased()].flatMap { [$0, $0 + ".gz", $0 + ".GZ"] }
    return endings.lazy.map { stem + "." + $0 }.first(where: fileExists)
  }
}
