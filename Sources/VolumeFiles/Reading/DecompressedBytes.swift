import DeflateStreams

/// Decompresses gzip and zlib streams piece by piece.
///
/// Several gzip members in a row are one stream, and what follows the last is ignored, as `gzip -d`
/// does.
final class DecompressedBytes {
  private let inflater: Inflater
  private let room: UnsafeMutableRawBufferPointer
  /// What was supplied and is not decompressed yet.
  private var input: UnsafeRawBufferPointer
  private let path: String
  private let refill: (UnsafeMutableRawBufferPointer) throws(VolumeFileError) -> Int
  private var isAtEnd = false

  /// - Parameters:
  ///   - path: Named by errors.
  ///   - refill: Supplies compressed bytes; 0 at their end.
  /// - Throws: ``VolumeFileError/unreadable(path:reason:)`` if there is no memory for it.
  init(
    path: String,
    refill: @escaping (UnsafeMutableRawBufferPointer) throws(VolumeFileError) -> Int
  ) throws(VolumeFileError) {
    guard let inflater = Inflater(.gzipOrZlib) else {
      throw .unreadable(path: path, reason: "no memory to decompress")
    }
    self.inflater = inflater
    self.path = path
    self.refill = refill
    room = .allocate(byteCount: 1 << 18, alignment: 64)
    input = UnsafeRawBufferPointer(rebasing: room[..<0])
  }

  deinit { room.deallocate() }

  /// Decompresses into `bytes`; fewer only at the end of the stream, whole or cut off.
  func read(_ bytes: UnsafeMutableRawBufferPointer) throws(VolumeFileError) -> Int {
    var rest = bytes
    while !rest.isEmpty, !isAtEnd {
      if input.isEmpty, try !fetch() { break }
      switch inflater.step(from: &input, to: &rest) {
      case .goesOn: continue
      case .ended: try startNextMember()
      case .damaged(let problem): throw .damagedVoxels(path: path, problem: problem)
      }
    }
    return bytes.count - rest.count
  }

  /// Whether there are compressed bytes to go on with.
  ///
  /// A stream ends with a checksum, so that nothing is left to come when there are none.
  private func fetch() throws(VolumeFileError) -> Bool {
    let count = try refill(room)
    input = UnsafeRawBufferPointer(rebasing: room[..<count])
    return count > 0
  }

  private func startNextMember() throws(VolumeFileError) {
    if input.isEmpty { _ = try fetch() }
    // The first byte of a gzip header; anything else behind a member is not part of the stream.
    if input.first == 0x1F { inflater.reset() } else { isAtEnd = true }
  }
}
