/// The upper half of a float32: sign, 8 bits of exponent, 7 bits of fraction.
public struct BFloat16: Sendable, Hashable {
  /// The bits.
  public var bits: UInt16

  /// The nearest number, ties to even.
  @inlinable
  public init(_ value: Float) {
    let word = value.bitPattern
    bits = UInt16(truncatingIfNeeded: (word &+ 0x7FFF &+ ((word >> 16) & 1)) >> 16)
  }

  /// The number, exactly.
  @inlinable
  public var float: Float { Float(bitPattern: UInt32(bits) << 16) }
}

/// What activations are made of: float32 or bfloat16, computed with as float32, sixteen at a time.
protocol ActivationElement: Sendable {
  init(rounding value: Float)
  var widened: Float { get }
  static func load16(_ pointer: UnsafePointer<Self>) -> SIMD16<Float>
  static func store16(_ values: SIMD16<Float>, to pointer: UnsafeMutablePointer<Self>)
}

extension Float: ActivationElement {
  @inline(__always) init(rounding value: Float) { self = value }
  @inline(__always) var widened: Float { self }

  @inline(__always)
  static func load16(_ pointer: UnsafePointer<Float>) -> SIMD16<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<Float>.self)
  }

  @inline(__always)
  static func store16(_ values: SIMD16<Float>, to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: values, as: SIMD16<Float>.self)
  }
}

extension BFloat16: ActivationElement {
  @inline(__always) init(rounding value: Float) { self.init(value) }
  @inline(__always) var widened: Float { float }

  @inline(__always)
  static func load16(_ pointer: UnsafePointer<BFloat16>) -> SIMD16<Float> {
    let halves = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<UInt16>.self)
    let words = SIMD16<UInt32>(truncatingIfNeeded: halves) &<< 16
    return unsafeBitCast(words, to: SIMD16<Float>.self)
  }

  @inline(__always)
  static func store16(_ values: SIMD16<Float>, to pointer: UnsafeMutablePointer<BFloat16>) {
    let words = unsafeBitCast(values, to: SIMD16<UInt32>.self)
    let rounded = (words &+ 0x7FFF &+ ((words &>> 16) & 1)) &>> 16
    UnsafeMutableRawPointer(pointer)
      .storeBytes(of: SIMD16<UInt16>(truncatingIfNeeded: rounded), as: SIMD16<UInt16>.self)
  }
}
