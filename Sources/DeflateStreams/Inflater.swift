import CZlib

/// Decompresses a DEFLATE stream step by step.
///
/// - Source: RFC 1950 to 1952, by zlib.
public final class Inflater {
  /// What surrounds the compressed bytes.
  public enum Wrapping: Sendable {
    /// gzip or zlib, told apart by their first bytes.
    case gzipOrZlib
    /// Nothing, as in a zip archive.
    case none
  }

  /// What a step came to.
  public enum Outcome: Equatable, Sendable {
    /// The stream goes on where there are more compressed bytes or more room.
    case goesOn
    /// The stream has ended; what follows it is left in the input.
    case ended
    /// The compressed bytes contradict themselves.
    case damaged(String)
  }

  private let stream = CompressionState()

  /// A decompression that has not begun; nil if there is no memory for it.
  public init?(_ wrapping: Wrapping) {
    let status =
      switch wrapping {
      case .gzipOrZlib: delineate_inflate_start(stream.pointer)
      case .none: delineate_inflate_start_raw(stream.pointer)
      }
    if status != Z_OK { return nil }
  }

  deinit { inflateEnd(stream.pointer) }

  /// Decompresses as far as the input and the room allow.
  ///
  /// - Parameters:
  ///   - input: Compressed bytes; those that are used up are taken off the front.
  ///   - output: Room for decompressed bytes; what is filled is taken off the front.
  /// - Returns: What it came to.
  public func step(
    from input: inout UnsafeRawBufferPointer, to output: inout UnsafeMutableRawBufferPointer
  ) -> Outcome {
    let status = stream.advance(&input, &output) { state, _ in inflate(state, Z_NO_FLUSH) }
    return switch status {
    case Z_OK, Z_BUF_ERROR: .goesOn
    case Z_STREAM_END: .ended
    default:
      .damaged(
        stream.pointer.pointee.msg.map { String(cString: $0) } ?? "it cannot be decompressed")
    }
  }

  /// Begins another stream of the same wrapping.
  public func reset() { inflateReset(stream.pointer) }
}
