import Volumes

/// A picture as a volume of one slice.
final class PNGVoxelSource: VoxelSource {
  let header: VolumeHeader
  let isInterleaved = true
  private let chunks: PNGChunks
  private var picture: PNGFile.Picture?
  private var position = 0

  var path: String { chunks.path }

  init(path: String) throws(VolumeFileError) {
    chunks = try PNGChunks(path: path)
    var geometry = Geometry(extent: Extent(x: chunks.width, y: chunks.height, z: 1))
    if let resolution = chunks.pixelsPerMetre {
      geometry.spacing = Vector3(1000 / resolution.x, 1000 / resolution.y, 1)
    }
    var header = VolumeHeader(
      format: .png, geometry: geometry, dimensions: 2, channelCount: chunks.channelCount,
      voxelType: chunks.voxelType)
    if chunks.pixelsPerMetre == nil {
      header.warnings = ["the file tells no spacing in a unit of length; 1 mm is used"]
    }
    self.header = header
  }

  func verify() throws(VolumeFileError) -> VoxelEvidence {
    try chunks.verify()
    return .counted
  }

  func read(into numbers: UnsafeMutableBufferPointer<Float>) throws(VolumeFileError) {
    if picture == nil { picture = try chunks.decode() }
    guard let picture else { return }
    switch picture.samples {
    case .eightBit(let values):
      for index in numbers.indices { numbers[index] = Float(values[position + index]) }
    case .sixteenBit(let values):
      for index in numbers.indices { numbers[index] = Float(values[position + index]) }
    }
    position += numbers.count
  }
}
