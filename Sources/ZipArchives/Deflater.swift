import CZlib

/// Compresses bytes piece by piece.
final class Deflater {
  private let stream: UnsafeMutablePointer<z_stream>
  private let output: UnsafeMutableRawBufferPointer

  /// Level 6 as zlib and numpy do.
  private static let level: Int32 = 6

  /// - Parameter path: Named by errors.
  init(for path: String) throws(ZipError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    output = .allocate(byteCount: 1 << 18, alignment: 64)
    guard delineate_deflate_start_raw(stream, Self.level) == Z_OK else {
      throw .unwritable(path: path, reason: "no memory to compress")
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }

  /// Compresses bytes; what is complete is handed over.
  func add(
    _ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws(ZipError) -> Void
  ) throws(ZipError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      // zlib does not write to its input.
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: piece.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = UInt32(piece.count)
      rest = rest.dropFirst(piece.count)
      while stream.pointee.avail_in > 0 { _ = try step(Z_NO_FLUSH, take) }
    }
  }

  /// Hands over what is left.
  func finish(
    _ take: (UnsafeRawBufferPointer) throws(ZipError) -> Void
  ) throws(ZipError) {
    stream.pointee.avail_in = 0
    while try step(Z_FINISH, take) != Z_STREAM_END {}
  }

  private func step(
    _ flush: Int32, _ take: (UnsafeRawBufferPointer) throws(ZipError) -> Void
  ) throws(ZipError) -> Int32 {
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(output.count)
    let status = deflate(stream, flush)
    precondition(status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR, "zlib's state")
    let made = output.count - Int(stream.pointee.avail_out)
    if made > 0 { try take(UnsafeRawBufferPointer(rebasing: output.prefix(made))) }
    return status
  }
}
