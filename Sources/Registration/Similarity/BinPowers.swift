/// Sums of powers of where in their bins the moving intensities lie, for every bin of a joint
/// histogram.
///
/// A cubic B-spline spreads an intensity `t` behind the edge of bin `b` over the bins `b - 1` to
/// `b + 2` with weights that are polynomials of `t`; so the histogram follows from the sums of `1`,
/// `t`, `t^2` and `t^3` in every bin, and the derivative by `t` is a polynomial again.
enum BinPowers {
  /// Coefficients of 1, t, t^2, t^3 of the weight of bin `b - 1 + k`.
  private static let weights: [SIMD4<Double>] = [
    SIMD4(1, -3, 3, -1) / 6, SIMD4(4, 0, -6, 3) / 6, SIMD4(1, 3, 3, -3) / 6, SIMD4(0, 0, 0, 1) / 6,
  ]

  /// The counts of a histogram of `bins` rows of `bins` cells.
  ///
  /// - Parameters:
  ///   - powers: The sums for every row and bin; bins 0, 1 and the last two are empty.
  ///   - bins: Rows, and bins of a row.
  /// - Returns: The counts, row by row.
  static func counts(of powers: [SIMD4<Double>], bins: Int) -> [Double] {
    var counts = [Double](repeating: 0, count: bins * bins)
    for (cell, sums) in powers.enumerated() where sums.x > 0 {
      for (k, weight) in weights.enumerated() { counts[cell - 1 + k] += (sums * weight).sum() }
    }
    return counts
  }

  /// The derivative by `t` of a sum over cells, `sum_k w_k(t) table[b - 1 + k]`, for every row and bin.
  ///
  /// - Parameters:
  ///   - table: A number for every cell, laid out as the histogram.
  ///   - bins: Rows, and cells of a row.
  ///   - scale: A factor of all.
  /// - Returns: The coefficients of 1, t and t^2.
  static func slopes(of table: [Double], bins: Int, scale: Double) -> [SIMD4<Float>] {
    var result = [SIMD4<Float>](repeating: .zero, count: table.count)
    for row in 0..<bins {
      for bin in 2..<(bins - 2) {
        let cell = row * bins + bin
        var sum = SIMD4<Double>.zero
        for (k, weight) in weights.enumerated() { sum += weight * table[cell - 1 + k] }
        result[cell] = SIMD4<Float>(SIMD4(sum.y, 2 * sum.z, 3 * sum.w, 0) * scale)
      }
    }
    return result
  }
}
