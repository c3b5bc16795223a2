// Elementary functions without branches or calls, so that loops over them become vector code. They differ from the C library's by the
// stated errors and are the same on every machine.

/// 1.5 * 2^23: adding it leaves a small number's nearest integer in the low bits.
private let roundingShift: Float = 12_582_912

/// The integer nearest to `x`, half to even, for |x| < 2^22, as a number and as an integer.
@inline(__always) private func nearest(_ x: Float) -> (Float, Int32) {
  let shifted = x + roundingShift
  let integer =
    Int32(bitPattern: shifted.bitPattern) &- Int32(bitPattern: roundingShift.bitPattern)
  return (shifted - roundingShift, integer)
}

/// Exponent e and mantissa part l of the logarithm: log2(x) = e + l with |l| <= 0.5, for normal x > 0; |error of l| < 1e-7.
@inline(__always) private func splitLogarithm(_ x: Float) -> (exponent: Float, mantissa: Float) {
  // Subtracting the bits of sqrt(1/2) moves the mantissa to [sqrt(1/2), sqrt(2)).
  let offset = Int32(bitPattern: x.bitPattern) &- 0x3F35_04F3
  let exponent = offset >> 23
  let m = Float(bitPattern: UInt32(bitPattern: (offset & 0x7F_FFFF) &+ 0x3F35_04F3))
  // log2(m) = 2 / ln 2 * artanh((m - 1) / (m + 1)), whose series falls by at least 1/34 a term.
  let s = (m - 1) / (m + 1)
  let t = s * s
  let series = 0.961_796_7 + t * (0.577_078_0 + t * (0.412_198_6 + t * 0.320_598_9))
  return (Float(exponent), s * (2.885_390_1 + t * series))
}

/// `x` to the power of `exponent`, for x in [0, 2) and an exponent in (0, 8]; |relative error| < 1e-6.
///
/// Numbers below the smallest normal one count as 0, and results never fall below 2^-126 otherwise.
@inline(__always) package func power(_ x: Float, _ exponent: Float) -> Float {
  let (e, l) = splitLogarithm(max(x, .leastNormalMagnitude))
  // The product with e must not lose bits: the upper part of the exponent has few enough for it to be exact.
  let upper = Float(bitPattern: exponent.bitPattern & 0xFFFF_F000)
  let lower = exponent - upper
  let (whole, wholeInteger) = nearest(upper * e)
  let (carry, carryInteger) = nearest((upper * e - whole) + (lower * e + exponent * l))
  let f = ((upper * e - whole) - carry) + (lower * e + exponent * l)
  // 2^f for |f| <= 0.5.
  let fraction = 1.540_353e-4 + f * 1.525_273e-5
  let middle = 0.009_618_129 + f * (0.001_333_355_8 + f * fraction)
  let value = 1 + f * (0.693_147_18 + f * (0.240_226_5 + f * (0.055_504_11 + f * middle)))
  let scale = max(wholeInteger &+ carryInteger, -126)
  let result = value * Float(bitPattern: UInt32(bitPattern: (scale &+ 127) << 23))
  return x < .leastNormalMagnitude ? 0 : result
}

/// The natural logarithm of a normal number above 0; |error| < 2e-7 + 1e-7 |result|.
@inline(__always) package func logarithm(_ x: Float) -> Float {
  let (e, l) = splitLogarithm(x)
  return (e + l) * 0.693_147_18
}

/// Sine and cosine of 2 pi `turn` for |turn| <= 0.5; |error| < 1e-6.
@inline(__always) package func sineAndCosine(ofTurn turn: Float) -> (sine: Float, cosine: Float) {
  // Of half the angle, which lies within a quarter turn; the double angle formulas give the rest.
  let h = turn * Float.pi
  let t = h * h
  let sine =
    h
    * (1 + t
      * (-0.166_666_67 + t
        * (0.008_333_333 + t * (-1.984_127e-4 + t * (2.755_732e-6 - t * 2.505_211e-8)))))
  let tail = -0.001_388_888_9 + t * (2.480_158_7e-5 + t * (-2.755_732e-7 + t * 2.087_676e-9))
  let cosine = 1 + t * (-0.5 + t * (0.041_666_67 + t * tail))
  return (2 * sine * cosine, 1 - 2 * sine * sine)
}
