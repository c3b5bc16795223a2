import RandomNumbers
import Tensors
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct NumberTests {
  /// The nearest bfloat16 by search among its neighbours, ties to the even one.
  private func nearest(_ value: Float) -> UInt16 {
    if value.isNaN { return 0x7FC0 }
    let low = UInt16(truncatingIfNeeded: value.bitPattern >> 16)
    if value.bitPattern & 0xFFFF == 0 { return low }
    // One step away from zero; from the largest number that is infinity, at 2^128 in the
    // comparison.
    func magnitude(_ bits: UInt16) -> Double {
      let float = Float(bitPattern: UInt32(bits & 0x7FFF) << 16)
      return float.isInfinite ? 0x1p128 : Double(float)
    }
    let below = Double(value.magnitude) - magnitude(low)
    let above = magnitude(low + 1) - Double(value.magnitude)
    if below == above { return low & 1 == 0 ? low : low + 1 }
    return below < above ? low : low + 1
  }

  @Test func bfloat16RoundsToNearestEven() {
    var words: [UInt32] = [
      0, 0x8000_0000, 1, 0x8000_0001, 0x7FFF, 0x8000, 0x8001, 0x1_7FFF, 0x1_8000, 0x1_8001,
      0x007F_FFFF, 0x0080_0000, 0x3F80_8000, 0x3F81_8000, 0x7F7F_FFFF, 0xFF7F_FFFF, 0x7F7F_7FFF,
      0x7F7F_8000, 0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0x7FFF_FFFF, 0xFFFF_FFFF, 0xFF80_0001,
      0x7FC0_0000, 0xFFC1_2345,
    ]
    var generator = SplitMix64(seed: 5)
    words += (0..<100_000).map { _ in UInt32(truncatingIfNeeded: generator.next()) }
    words += Array(repeating: 0x3F80_8000, count: (16 - words.count % 16) % 16)
    let values = words.map { Float(bitPattern: $0) }
    var stored = [BFloat16](repeating: BFloat16(0), count: values.count)
    var wrong = 0
    values.withUnsafeBufferPointer { source in
      stored.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for index in stride(from: 0, to: values.count, by: 16) {
          BFloat16.store16(Float.load16(from + index), to: to + index)
          let back = BFloat16.load16(to + index)
          for lane in 0..<16 {
            let expected = nearest(values[index + lane])
            let one = BFloat16(values[index + lane])
            if one.bits != expected || to[index + lane].bits != expected
              || back[lane].bitPattern != UInt32(expected) << 16
              || one.float.bitPattern != UInt32(expected) << 16
            {
              wrong += 1
            }
          }
        }
      }
    }
    #expect(wrong == 0)
    #expect(BFloat16(.nan).float.isNaN && BFloat16(.infinity).float == .infinity)
    #expect(BFloat16(-.infinity).float == -.infinity && BFloat16(-0.0).bits == 0x8000)
  }

  @Test func exponentialHasItsStatedAccuracy() {
    var worst = 0.0
    var x: Float = -87
    while x < 88 {
      let vector = SIMD16<Float>((0..<16).map { x + Float($0) * 0.000_37 })
      let result = exponential(vector)
      for lane in 0..<16 where vector[lane] <= 88 {
        let exact = exp(Double(vector[lane]))
        worst = max(worst, abs(Double(result[lane]) - exact) / exact)
      }
      x += 0.006
    }
    #expect(worst < 2e-7, "relative error \(worst)")
    let ends = exponential(SIMD16(repeating: -10_000))
    #expect(ends[0] > 0 && ends[0] < 2e-38)
    #expect(exponential(.zero) == SIMD16(repeating: 1))
    #expect(exponential(SIMD16(repeating: .nan))[3].isNaN)
  }

  @Test func naturalLogarithmHasItsStatedAccuracy() {
    var (worst, worstLarge) = (0.0, 0.0)
    var generator = SplitMix64(seed: 2)
    for round in 0..<20_000 {
      var vector = SIMD16<Float>.zero
      for lane in 0..<16 {
        // Every binade from 2^-14 to 2^14, and close around 1.
        let exponent = round % 30
        vector[lane] =
          exponent == 29
          ? 1 + generator.uniform(-0.01...0.01)
          : generator.uniform(1...2) * Float(sign: .plus, exponent: exponent - 14, significand: 1)
      }
      let result = naturalLogarithm(vector)
      for lane in 0..<16 {
        let error = abs(Double(result[lane]) - log(Double(vector[lane])))
        if abs(log(Double(vector[lane]))) <= 5 { worst = max(worst, error) }
        worstLarge = max(worstLarge, error)
      }
    }
    #expect(worst < 3e-7, "absolute error \(worst) for results up to 5")
    #expect(worstLarge < 6e-7, "absolute error \(worstLarge) for results up to 10")
    #expect(naturalLogarithm(SIMD16(repeating: 1)) == .zero)
  }
}
