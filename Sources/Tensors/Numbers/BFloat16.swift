/// The upper half of a float32: sign, 8 bits of exponent, 7 bits of fraction.
public struct BFloat16: Sendable, Hashable {
  /// The bits.
  public var bits: UInt16

  /// The nearest number, ties to even; every NaN becomes the quiet NaN 0x7FC0.
  @inlinable
  public init(_ value: Float) {
    let word = value.bitPattern
    let rounded = UInt16(truncatingIfNeeded: (word &+ 0x7FFF &+ ((word >> 16) & 1)) >> 16)
    bits = value.isNaN ? 0x7FC0 : rounded
  }

  /// The number, exactly.
  @inlinable
  public var float: Float { Float(bitPattern: UInt32(bits) << 16) }
}
