/// Adds up the lanes of every sum, in double precision and always in the same order.
func storeTotals(
  of sums: UnsafeMutableBufferPointer<SIMD16<Float>>, to target: UnsafeMutablePointer<Double>
) {
  for index in 0..<sums.count {
    var total = 0.0
    for lane in 0..<16 { total += Double(sums[index][lane]) }
    target[index] = total
  }
}
