import Volumes

/// Voxels stored as one run of binary numbers, compressed or not.
final class RawVoxelSource: VoxelSource {
  let header: VolumeHeader
  let isInterleaved: Bool
  private let stream: ByteStream
  private let leading: Int
  private let encoding: VoxelEncoding
  private let byteCount: Int
  private var consumed = 0

  var path: String { stream.file.path }

  /// - Parameters:
  ///   - header: Its voxel type is the encoding's.
  ///   - stream: At its start; the voxels follow `leading` bytes.
  ///   - encoding: How a number is stored.
  ///   - isInterleaved: Whether the channels of a voxel follow one another.
  ///   - leading: Bytes to pass over.
  /// - Throws: ``VolumeFileError/truncated(path:expectedBytes:foundBytes:)`` if stored bytes are
  ///   missing.
  init(
    header: VolumeHeader, stream: ByteStream, encoding: VoxelEncoding, isInterleaved: Bool,
    leading: Int
  ) throws(VolumeFileError) {
    self.header = header
    self.stream = stream
    self.leading = leading
    self.encoding = encoding
    self.isInterleaved = isInterleaved
    byteCount = try storedBytes(of: header, at: stream.file.path)
    // Costs nothing, and spares `info` and `check` a look at the voxels.
    if stream.compression == .none { _ = try verify() }
  }

  func verify() throws(VolumeFileError) -> VoxelEvidence {
    try stream.verify(byteCount, after: leading)
  }

  func read(into numbers: UnsafeMutableBufferPointer<Float>) throws(VolumeFileError) {
    if consumed == 0 {
      guard try stream.skip(leading) == leading else { throw truncation(0) }
    }
    if encoding.isPlain {
      try fill(UnsafeMutableRawBufferPointer(numbers))
      return
    }
    let width = encoding.type.byteCount
    let chunk = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(numbers.count, decodingChunk) * width, alignment: 64)
    defer { chunk.deallocate() }
    var done = 0
    while done < numbers.count, let stored = chunk.baseAddress {
      let length = min(decodingChunk, numbers.count - done)
      try fill(UnsafeMutableRawBufferPointer(rebasing: chunk[..<(length * width)]))
      encoding.decode(
        stored, into: UnsafeMutableBufferPointer(rebasing: numbers[done..<(done + length)]))
      done += length
    }
  }

  /// Reaches the stream's end, where a wrong checksum shows.
  func finish() throws(VolumeFileError) {
    if stream.compression == .deflate { _ = try stream.read(1) }
  }

  private func fill(_ bytes: UnsafeMutableRawBufferPointer) throws(VolumeFileError) {
    let found = try stream.read(bytes)
    guard found == bytes.count else { throw truncation(consumed + found) }
    consumed += found
  }

  private func truncation(_ found: Int) -> VolumeFileError {
    .truncated(path: path, expectedBytes: byteCount, foundBytes: found)
  }
}

/// Bytes of all voxels of all channels, checked for overflow.
func storedBytes(of header: VolumeHeader, at path: String) throws(VolumeFileError) -> Int {
  try storedBytes(
    header.geometry.extent, channels: header.channelCount, of: header.voxelType, at: path)
}

/// Bytes of voxels of one type, checked for overflow.
func storedBytes(
  _ extent: Extent, channels: Int, of type: VoxelType, at path: String
) throws(VolumeFileError) -> Int {
  var total = type.byteCount
  for length in [extent.x, extent.y, extent.z, channels] {
    guard length >= 1 else {
      throw .damagedHeader(path: path, problem: "\(extent) voxels, expected at least one per axis")
    }
    let (product, overflow) = total.multipliedReportingOverflow(by: length)
    // Room for a header's bytes and for single precision is kept below the limit.
    guard !overflow, product < Int.max / 16 else {
      throw .damagedHeader(path: path, problem: "\(extent) voxels, more than any memory holds")
    }
    total = product
  }
  return total
}
