/// What activations are made of: float32 or bfloat16, computed with as float32, sixteen at a time.
package protocol ActivationElement: Sendable {
  init(rounding value: Float)
  var widened: Float { get }
  static func load16(_ pointer: UnsafePointer<Self>) -> SIMD16<Float>
  static func store16(_ values: SIMD16<Float>, to pointer: UnsafeMutablePointer<Self>)
}

extension Float: ActivationElement {
  @inline(__always) package init(rounding value: Float) { self = value }
  @inline(__always) package var widened: Float { self }

  @inline(__always)
  package static func load16(_ pointer: UnsafePointer<Float>) -> SIMD16<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<Float>.self)
  }

  @inline(__always)
  package static func store16(_ values: SIMD16<Float>, to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: values, as: SIMD16<Float>.self)
  }
}

extension BFloat16: ActivationElement {
  @inline(__always) package init(rounding value: Float) { self.init(value) }
  @inline(__always) package var widened: Float { float }

  @inline(__always)
  package static func load16(_ pointer: UnsafePointer<BFloat16>) -> SIMD16<Float> {
    let halves = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<UInt16>.self)
    return unsafeBitCast(words(halves) &<< 16, to: SIMD16<Float>.self)
  }

  @inline(__always)
  package static func store16(_ values: SIMD16<Float>, to pointer: UnsafeMutablePointer<BFloat16>) {
    let words = unsafeBitCast(values, to: SIMD16<UInt32>.self)
    var rounded = words &+ 0x7FFF &+ ((words &>> 16) & 1)
    // Adding would carry some NaNs into infinity or zero.
    rounded.replace(with: 0x7FC0_0000, where: values .!= values)
    UnsafeMutableRawPointer(pointer)
      .storeBytes(of: halves(rounded &>> 16), as: SIMD16<UInt16>.self)
  }
}

// The standard library's conversions between SIMD types are calls with a loop inside; lane by lane
// the compiler sees one instruction.

@inline(__always)
private func words(_ h: SIMD16<UInt16>) -> SIMD16<UInt32> {
  SIMD16(
    UInt32(h[0]), UInt32(h[1]), UInt32(h[2]), UInt32(h[3]), UInt32(h[4]), UInt32(h[5]),
    UInt32(h[6]), UInt32(h[7]), UInt32(h[8]), UInt32(h[9]), UInt32(h[10]), UInt32(h[11]),
    UInt32(h[12]), UInt32(h[13]), UInt32(h[14]), UInt32(h[15]))
}

@inline(__always)
private func halves(_ w: SIMD16<UInt32>) -> SIMD16<UInt16> {
  func low(_ lane: Int) -> UInt16 { UInt16(truncatingIfNeeded: w[lane]) }
  return SIMD16(
    low(0), low(1), low(2), low(3), low(4), low(5), low(6), low(7), low(8), low(9), low(10),
    low(11), low(12), low(13), low(14), low(15))
}

/// Sixteen whole numbers as float32.
@inline(__always)
func floats(_ h: SIMD16<Int16>) -> SIMD16<Float> {
  SIMD16(
    Float(h[0]), Float(h[1]), Float(h[2]), Float(h[3]), Float(h[4]), Float(h[5]), Float(h[6]),
    Float(h[7]), Float(h[8]), Float(h[9]), Float(h[10]), Float(h[11]), Float(h[12]), Float(h[13]),
    Float(h[14]), Float(h[15]))
}
