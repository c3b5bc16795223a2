import Volumes

/// Writes NRRD, version 4, in LPS and compressed; `.nhdr` puts the voxels beside the header.
struct NRRDWriter {
  let path: String
  let geometry: Geometry
  let type: VoxelType

  func write(_ voxels: InterleavedVoxels, level: Int) throws(VolumeFileError) {
    guard path.lowercased().hasSuffix(".nhdr") else {
      let output = try VoxelOutput(path, .none)
      try output.write(Array(header(channels: voxels.channels.count, dataFile: nil).utf8))
      output.beginCompression(.gzip(level: level))
      try voxels.forEachPiece { (piece) throws(VolumeFileError) in try output.write(piece) }
      try output.commit()
      return
    }
    let data = path.dropLast(5) + ".raw.gz"
    let output = try VoxelOutput(String(data), .gzip(level: level))
    try voxels.forEachPiece { (piece) throws(VolumeFileError) in try output.write(piece) }
    try output.commit()
    // The header last: until it is there, nobody takes the voxels for an image.
    let header = try VoxelOutput(path, .none)
    try header.write(
      Array(
        self.header(channels: voxels.channels.count, dataFile: lastComponent(String(data))).utf8))
    try header.commit()
  }

  private func header(channels: Int, dataFile: String?) -> String {
    let (extent, axes, origin) = (geometry.extent, geometry.axes, geometry.origin)
    let isVector = channels > 1
    let directions = axes.columns.map { "(\($0.x),\($0.y),\($0.z))" }.joined(separator: " ")
    var lines = [
      "NRRD0004",
      "type: \(typeName)",
      "dimension: \(isVector ? 4 : 3)",
      "space: left-posterior-superior",
      "sizes: \(isVector ? "\(channels) " : "")\(extent.x) \(extent.y) \(extent.z)",
      "space directions: \(isVector ? "none " : "")\(directions)",
      "kinds: \(isVector ? "vector " : "")domain domain domain",
      "endian: little",
      "encoding: gzip",
      "space origin: (\(origin.x),\(origin.y),\(origin.z))",
    ]
    if let dataFile { lines.append("data file: \(dataFile)") }
    return lines.joined(separator: "\n") + "\n\n"
  }

  private var typeName: String {
    switch type {
    case .float32: "float"
    case .float64: "double"
    default: type.rawValue
    }
  }
}
