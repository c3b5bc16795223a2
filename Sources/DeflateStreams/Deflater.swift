import CZlib

/// Compresses bytes to a DEFLATE stream piece by piece.
///
/// - Source: RFC 1950 to 1952, by zlib.
public final class Deflater {
  /// What surrounds the compressed bytes.
  public enum Wrapping: Sendable {
    /// Nothing, as in a zip archive.
    case none
    /// gzip.
    case gzip
    /// zlib.
    case zlib
  }

  /// What ends with a piece.
  public enum Ending: Sendable {
    /// Nothing: compressed bytes may be kept back until the next piece.
    case nothing
    /// A block, at a whole byte, so that another stream's blocks can follow.
    case block
    /// The stream.
    case stream
  }

  private let stream = CompressionState()
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)

  /// A compression that has not begun; nil if there is no memory for it.
  ///
  /// - Parameters:
  ///   - wrapping: What surrounds the compressed bytes.
  ///   - level: zlib's level, from 1, the fastest, to 9.
  public init?(_ wrapping: Wrapping, level: Int) {
    precondition(1...9 ~= level, "level \(level) of compression")
    let status =
      switch wrapping {
      case .none: delineate_deflate_start_raw(stream.pointer, Int32(level))
      case .gzip: delineate_deflate_start_gzip(stream.pointer, Int32(level))
      case .zlib: delineate_deflate_start_zlib(stream.pointer, Int32(level))
      }
    if status != Z_OK { return nil }
  }

  deinit {
    deflateEnd(stream.pointer)
    room.deallocate()
  }

  /// Compresses a piece.
  ///
  /// - Parameters:
  ///   - bytes: Any number of bytes.
  ///   - ending: What ends with them.
  ///   - take: Handed the compressed bytes that are complete, in one or more pieces.
  /// - Throws: What `take` throws.
  public func compress<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer, ending: Ending = .nothing,
    _ take: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let flush =
      switch ending {
      case .nothing: Z_NO_FLUSH
      case .block: Z_SYNC_FLUSH
      case .stream: Z_FINISH
      }
    var input = bytes
    var isComplete = ending == .nothing && bytes.isEmpty
    while !isComplete {
      var output = room
      let status = stream.advance(&input, &output) { state, isAllInput in
        deflate(state, isAllInput ? flush : Z_NO_FLUSH)
      }
      precondition(
        status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR, "zlib's state")
      isComplete =
        ending == .stream ? status == Z_STREAM_END : input.isEmpty && !output.isEmpty
      let made = room.count - output.count
      if made > 0 { try take(UnsafeRawBufferPointer(rebasing: room[..<made])) }
    }
  }
}
