/// Voxels written out as decimal numbers between blanks.
final class TextVoxelSource: VoxelSource {
  let header: VolumeHeader
  let isInterleaved: Bool
  private let stream: ByteStream
  private let leading: Int
  private let count: Int
  private var found = 0
  private var isStarted = false
  private var buffer: ArraySlice<UInt8> = []

  var path: String { stream.file.path }

  init(
    header: VolumeHeader, stream: ByteStream, isInterleaved: Bool, leading: Int
  ) throws(VolumeFileError) {
    self.header = header
    self.stream = stream
    self.leading = leading
    self.isInterleaved = isInterleaved
    count = try storedBytes(of: header, at: stream.file.path) / header.voxelType.byteCount
    _ = try verify()
  }

  /// A number takes a digit and a blank at least.
  func verify() throws(VolumeFileError) -> VoxelEvidence {
    guard stream.storedBytes - leading >= 2 * count - 1 else {
      throw .truncated(
        path: path, expectedBytes: 2 * count - 1, foundBytes: max(0, stream.storedBytes - leading))
    }
    return .counted
  }

  func read(into numbers: UnsafeMutableBufferPointer<Float>) throws(VolumeFileError) {
    if !isStarted {
      isStarted = true
      _ = try stream.skip(leading)
    }
    for index in numbers.indices {
      let word = try nextWord()
      guard !word.isEmpty else {
        throw .truncated(
          path: path, expectedBytes: count * header.voxelType.byteCount,
          foundBytes: found * header.voxelType.byteCount)
      }
      guard let value = Double(String(decoding: word, as: UTF8.self)) else {
        throw .damagedVoxels(
          path: path,
          problem: "number \(found) reads '\(String(decoding: word.prefix(20), as: UTF8.self))'")
      }
      numbers[index] = Float(value)
      found += 1
    }
  }

  private func nextWord() throws(VolumeFileError) -> [UInt8] {
    var word: [UInt8] = []
    // No number is longer; the bound keeps a file without blanks from filling the memory.
    while word.count < 400 {
      if buffer.isEmpty {
        buffer = try stream.read(1 << 16)[...]
        if buffer.isEmpty { return word }
      }
      let byte = buffer.removeFirst()
      if byte > 0x20, byte != UInt8(ascii: ",") {
        word.append(byte)
      } else if !word.isEmpty {
        return word
      }
    }
    return word
  }
}
