/// The scale of one axis of a chart.
package struct Axis {
  package let range: ClosedRange<Double>
  package let ticks: [Double]
  /// Digits after the point in the ticks' labels, or nil for powers such as 1e-05.
  private let decimals: Int?

  /// An axis whose ends are ticks.
  ///
  /// - Parameters:
  ///   - values: What is drawn; numbers that are not finite are passed over.
  ///   - tickCount: About how many intervals there should be.
  ///   - including: Numbers that must lie on the axis in any case.
  package init(for values: [Double], tickCount: Int, including: [Double] = []) {
    let finite = (values + including).filter(\.isFinite)
    var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if high - low <= 1e-12 * max(abs(low), abs(high)) {
      let padding = low == 0 ? 1 : abs(low) * 0.5
      (low, high) = (low - padding, high + padding)
    }
    let step = Self.niceStep((high - low) / Double(tickCount))
    let first = (low / step + 1e-9).rounded(.down)
    let last = (high / step - 1e-9).rounded(.up)
    // Rounding must not leave a value outside.
    range = min(low, first * step)...max(high, last * step)
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    decimals = Self.decimals(forStep: step)
  }

  /// Whole numbers from the first epoch to the last.
  package init(epochs: Int) {
    let last = Double(max(epochs, 2))
    let step = max(1, Self.niceStep((last - 1) / 8))
    range = 1...last
    ticks = [1] + stride(from: step == 1 ? 2 : step, through: last, by: step)
    decimals = 0
  }

  /// The smallest of 1, 2, 5 times a power of ten that is not below a number.
  private static func niceStep(_ raw: Double) -> Double {
    var power = 1.0
    while power * 10 <= raw { power *= 10 }
    while power > raw { power /= 10 }
    for factor in [1.0, 2, 5] where factor * power >= raw * 0.999999 { return factor * power }
    return 10 * power
  }

  private static func decimals(forStep step: Double) -> Int? {
    var (decimals, unit) = (0, step)
    while abs(unit - unit.rounded()) > 1e-6 * unit {
      unit *= 10
      decimals += 1
    }
    return decimals <= 5 && step < 1e7 ? decimals : nil
  }

  /// A place on the axis as a fraction of its length.
  func fraction(_ value: Double) -> Float {
    Float((value - range.lowerBound) / (range.upperBound - range.lowerBound))
  }

  /// A tick's label.
  package func label(_ tick: Double) -> String {
    guard let decimals else { return "\(tick)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int((abs(tick) * scale).rounded())
    let sign = tick < 0 && scaled > 0 ? "-" : ""
    if decimals == 0 { return sign + String(scaled) }
    let digits = String(scaled % Int(scale))
    return sign + "\(scaled / Int(scale))."
      + String(repeating: "0", count: decimals - digits.count) + digits
  }
}
