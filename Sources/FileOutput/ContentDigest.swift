/// A short text that tells whether something has changed: the 64-bit FNV-1a hash in hexadecimal.
///
/// It is no protection against forgery.
///
/// - Parameter text: What is looked at.
/// - Returns: At most sixteen hexadecimal digits; equal texts give equal digests.
/// - Source: Fowler, Noll, Vo, as in RFC 9923.
public func contentDigest(of text: String) -> String {
  var hash = ContentHash()
  hash.combine(text)
  return hash.text
}

/// The digest of what comes piece by piece.
public struct ContentHash: Sendable {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The digest of nothing.
  public init() {}

  /// Adds a text.
  public mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(byte) }
  }

  /// Adds bytes.
  public mutating func combine(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes { combine(byte) }
  }

  private mutating func combine(_ byte: UInt8) {
    state = (state ^ UInt64(byte)) &* 0x100_0000_01B3
  }

  /// The digest of all that was added.
  public var text: String { String(state, radix: 16) }
}
