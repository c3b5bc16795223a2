import CZlib

/// Decompresses gzip, zlib and bare deflate streams piece by piece.
///
/// Several gzip members in a row are one stream, and what follows the last is ignored, as `gzip -d`
/// does.
final class Inflater {
  /// What surrounds the compressed bytes.
  enum Wrapping {
    /// gzip or zlib, told apart by their first bytes.
    case gzipOrZlib
    /// Nothing, as in a zip archive.
    case none
  }

  private let wrapping: Wrapping
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private let path: String
  private let refill: (UnsafeMutableRawBufferPointer) throws(VolumeFileError) -> Int
  private var isAtEnd = false

  /// - Parameters:
  ///   - path: Named by errors.
  ///   - wrapping: What surrounds the compressed bytes.
  ///   - refill: Supplies compressed bytes; 0 at their end.
  /// - Throws: ``VolumeFileError/unreadable(path:reason:)`` if there is no memory for it.
  init(
    path: String, wrapping: Wrapping = .gzipOrZlib,
    refill: @escaping (UnsafeMutableRawBufferPointer) throws(VolumeFileError) -> Int
  ) throws(VolumeFileError) {
    self.path = path
    self.wrapping = wrapping
    self.refill = refill
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: 1 << 18, alignment: 64)
    let status =
      wrapping == .none ? delineate_inflate_start_raw(stream) : delineate_inflate_start(stream)
    guard status == Z_OK else {
      throw .unreadable(path: path, reason: "no memory to decompress")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  /// Decompresses into `bytes`; fewer only at the end of the stream, whole or cut off.
  func read(_ bytes: UnsafeMutableRawBufferPointer) throws(VolumeFileError) -> Int {
    var total = 0
    while total < bytes.count, !isAtEnd {
      if stream.pointee.avail_in == 0, try !fetch() { break }
      let length = min(bytes.count - total, 1 << 30)
      stream.pointee.next_out = bytes.baseAddress?.advanced(by: total).assumingMemoryBound(
        to: UInt8.self)
      stream.pointee.avail_out = UInt32(length)
      let status = inflate(stream, Z_NO_FLUSH)
      total += length - Int(stream.pointee.avail_out)
      switch status {
      case Z_OK, Z_BUF_ERROR: continue
      case Z_STREAM_END: try startNextMember()
      default:
        throw .damagedVoxels(
          path: path,
          problem: stream.pointee.msg.map { String(cString: $0) } ?? "cannot be decompressed")
      }
    }
    return total
  }

  /// Whether there are compressed bytes to go on with.
  private func fetch() throws(VolumeFileError) -> Bool {
    let count = try refill(input)
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
    return count > 0
  }

  private func startNextMember() throws(VolumeFileError) {
    if wrapping == .none {
      isAtEnd = true
      return
    }
    if stream.pointee.avail_in == 0 { _ = try fetch() }
    // The first byte of a gzip header; anything else behind a member is not part of the stream.
    if stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0x1F {
      inflateReset(stream)
    } else {
      isAtEnd = true
    }
  }
}
