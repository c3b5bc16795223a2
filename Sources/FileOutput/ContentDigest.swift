/// A short text that tells whether another text has changed: the 64-bit FNV-1a hash in hexadecimal.
///
/// It takes one byte after the other, which is fast enough for settings and documents, and is a hash that any program can compute again. For
/// numbers in memory there is ``ByteDigest``. Neither is a protection against forgery.
///
/// - Parameter text: What is looked at.
/// - Returns: At most sixteen hexadecimal digits; equal texts give equal digests.
/// - Source: Fowler, Noll, Vo, as in RFC 9923.
public func contentDigest(of text: String) -> String {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return String(hash, radix: 16)
}

/// A digest of numbers in memory: FNV-1a over four lanes of eight bytes each.
///
/// A case or a network has hundreds of megabytes, of which ``contentDigest(of:)`` would take a second per gigabyte; this one runs at the
/// speed of memory. It is this program's own.
public struct ByteDigest {
  private var lanes: SIMD4<UInt64> = [
    0xCBF2_9CE4_8422_2325, 0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB,
  ]

  /// The digest of nothing.
  public init() {}

  /// Adds a run of bytes; its length counts, so that runs cannot be shifted into one another.
  ///
  /// - Parameter bytes: Any number of bytes.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var lanes = lanes
    let prime = SIMD4<UInt64>(repeating: 0x100_0000_01B3)
    // Multiplication carries upwards only; the shift brings the upper bits back down.
    func mix(_ words: SIMD4<UInt64>) {
      lanes = (lanes ^ words) &* prime
      lanes ^= lanes &>> 29
    }
    let blocks = bytes.count / 32
    for block in 0..<blocks {
      mix(bytes.loadUnaligned(fromByteOffset: block * 32, as: SIMD4<UInt64>.self))
    }
    var rest = SIMD4<UInt64>(repeating: 0)
    for (index, byte) in bytes[(blocks * 32)...].enumerated() {
      rest[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
    }
    mix(rest)
    mix(SIMD4(repeating: UInt64(bytes.count)))
    self.lanes = lanes
  }

  /// At most sixteen hexadecimal digits.
  public var text: String {
    var hash: UInt64 = 0
    for lane in 0..<4 {
      hash = (hash ^ lanes[lane]) &* 0x100_0000_01B3
      hash ^= hash >> 29
    }
    return String(hash, radix: 16)
  }
}
