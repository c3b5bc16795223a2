import Volumes

/// Writes MetaImage, compressed; `.mhd` puts the voxels beside the header.
struct MetaImageWriter {
  let path: String
  let geometry: Geometry
  let type: VoxelType

  func write(_ voxels: InterleavedVoxels, level: Int) throws(VolumeFileError) {
    let isAttached = path.lowercased().hasSuffix(".mha")
    let name = isAttached ? path : path.dropLast(4) + ".zraw"
    let output = try VoxelOutput(name, .none)
    // ITK wants the compressed length in the header: its digits are filled in when it is known.
    let file = isAttached ? "LOCAL" : lastComponent(name)
    var text = header(channels: voxels.channels.count, dataFile: file)
    if isAttached { try output.write(Array(text.utf8)) }
    output.beginCompression(.zlib(level: level))
    try voxels.forEachPiece { (piece) throws(VolumeFileError) in try output.write(piece) }
    let length = try output.endCompression()
    let digits = String(Self.unknownLength.dropLast("\(length)".count)) + "\(length)"
    text = header(channels: voxels.channels.count, dataFile: file, compressedLength: digits)
    if isAttached { try output.replaceBeginning(Array(text.utf8)) }
    try output.commit()
    guard !isAttached else { return }
    // The header last: until it is there, nobody takes the voxels for an image.
    let header = try VoxelOutput(path, .none)
    try header.write(Array(text.utf8))
    try header.commit()
  }

  /// Digits that stand for a length to come.
  private static let unknownLength = "00000000000000000000"

  private func header(
    channels: Int, dataFile: String, compressedLength: String = unknownLength
  ) -> String {
    let (extent, spacing, origin) = (geometry.extent, geometry.spacing, geometry.origin)
    let matrix = geometry.direction.columns.map { "\($0.x) \($0.y) \($0.z)" }
    var lines = [
      "ObjectType = Image", "NDims = 3", "BinaryData = True", "BinaryDataByteOrderMSB = False",
      "CompressedData = True", "CompressedDataSize = \(compressedLength)",
      "TransformMatrix = \(matrix.joined(separator: " "))",
      "Offset = \(origin.x) \(origin.y) \(origin.z)",
      "CenterOfRotation = 0 0 0",
      "ElementSpacing = \(spacing.x) \(spacing.y) \(spacing.z)",
      "DimSize = \(extent.x) \(extent.y) \(extent.z)",
    ]
    if channels > 1 { lines.append("ElementNumberOfChannels = \(channels)") }
    lines += ["ElementType = \(typeName)", "ElementDataFile = \(dataFile)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private var typeName: String {
    switch type {
    case .uint8: "MET_UCHAR"
    case .int8: "MET_CHAR"
    case .uint16: "MET_USHORT"
    case .int16: "MET_SHORT"
    case .uint32: "MET_UINT"
    case .int32: "MET_INT"
    case .uint64: "MET_ULONG_LONG"
    case .int64: "MET_LONG_LONG"
    case .float32: "MET_FLOAT"
    case .float64: "MET_DOUBLE"
    }
  }
}
