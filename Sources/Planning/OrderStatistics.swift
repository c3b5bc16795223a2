/// Median and percentiles as numpy computes them, so that plans agree with nnU-Net's to the last
/// digit.
enum OrderStatistics {
  /// `numpy.median`: the middle value, or the mean of the two middle ones.
  static func median(_ values: [Double]) -> Double {
    precondition(!values.isEmpty, "the median of no values")
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// `numpy.percentile` with linear interpolation.
  static func percentile(_ values: [Double], _ percent: Double) -> Double {
    precondition(!values.isEmpty, "a percentile of no values")
    let sorted = values.sorted()
    return interpolate(count: sorted.count, percent: percent) { sorted[$0] }
  }

  /// The percentile of `count` values of which `value` gives the one of a rank.
  static func interpolate(
    count: Int, percent: Double, value: (Int) -> Double
  ) -> Double {
    let position = Double(count - 1) * (percent / 100)
    let below = Int(position)
    let fraction = position - Double(below)
    let low = value(below)
    let high = value(min(below + 1, count - 1))
    // numpy interpolates from the nearer end; the other form differs in the last digit.
    return fraction < 0.5
      ? low + (high - low) * fraction : high - (high - low) * (1 - fraction)
  }

  /// The median of every column of a table.
  static func medians(_ rows: [[Double]]) -> [Double] {
    columns(rows).map(median)
  }

  /// The columns of a table of three columns.
  static func columns(_ rows: [[Double]]) -> [[Double]] {
    (0..<3).map { column in rows.map { $0[column] } }
  }
}
