/// Coordinates with 32 bits after the point: exact steps along a row, the same on every machine.
typealias FixedPoint = Int64

/// `value`, rounded to a multiple of 2^-32.
func fixedPoint(_ value: Double) -> FixedPoint { FixedPoint((value * 4_294_967_296).rounded()) }

extension FixedPoint {
  /// The coordinate's integer below or at it.
  @inline(__always) var floorIndex: Int { Int(self >> 32) }

  /// How far the coordinate lies beyond ``floorIndex``, 0 ..< 1, cut to 24 bits so that it is exact.
  @inline(__always) var fraction: Float {
    Float(Int32(truncatingIfNeeded: (self >> 8) & 0xFF_FFFF)) * (1 / 16_777_216)
  }

  /// The nearest integer; of two equally near ones the even one.
  @inline(__always) var nearestIndex: Int {
    let floor = floorIndex
    let rest = self & 0xFFFF_FFFF
    if rest == 0x8000_0000 { return floor + (floor & 1) }
    return rest > 0x8000_0000 ? floor + 1 : floor
  }
}

/// The steps 0 ..< count at which `first + step * index` lies in `lower ... upper`; one range, as the coordinate is monotone.
func steps(
  _ count: Int, from first: Double, by step: Double, within bounds: (lower: Double, upper: Double)
) -> Range<Int> {
  guard bounds.lower <= bounds.upper else { return 0..<0 }
  if abs(step) < 1e-9 {
    return first >= bounds.lower && first <= bounds.upper ? 0..<count : 0..<0
  }
  let (a, b) = ((bounds.lower - first) / step, (bounds.upper - first) / step)
  let low = max(0, min(a, b).rounded(.up))
  let high = min(Double(count) - 1, max(a, b).rounded(.down))
  return low <= high ? Int(low)..<Int(high) + 1 : 0..<0
}
