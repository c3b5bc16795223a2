internal import RandomNumbers

/// A figure over a set of cases.
///
/// Cases in which it is not defined (NaN) take no part. Infinite ones, the distances of structures
/// that were missed or invented, take part in the median but not in the mean; their number says so.
public struct ScoreDistribution: Hashable, Sendable {
  /// Arithmetic mean of the finite values; NaN if there are none.
  public let mean: Double
  /// Standard deviation of the finite values, with n - 1; NaN of fewer than two.
  public let standardDeviation: Double
  /// Median of all defined values; NaN if there are none.
  public let median: Double
  /// 95 % bootstrap interval of the mean.
  public let interval: ConfidenceInterval
  /// Number of finite values.
  public let finiteCases: Int
  /// Number of infinite values.
  public let infiniteCases: Int

  /// Sums up the values of a set of cases.
  public init(of values: [Double]) {
    let finite = values.filter(\.isFinite)
    mean = Self.mean(finite)
    let center = mean
    let squares = pairwiseSum(finite.map { ($0 - center) * ($0 - center) }[...])
    standardDeviation =
      finite.count > 1 ? (squares / Double(finite.count - 1)).squareRoot() : .nan
    let defined = values.filter { !$0.isNaN }.sorted()
    median = defined.isEmpty ? .nan : quantile(0.5, ofSorted: defined)
    interval = ConfidenceInterval(ofMeanOf: finite)
    finiteCases = finite.count
    infiniteCases = defined.count - finite.count
  }

  fileprivate static func mean(_ values: [Double]) -> Double {
    pairwiseSum(values[...]) / Double(values.count)
  }
}

/// An interval that holds a mean with a probability of 95 %.
public struct ConfidenceInterval: Hashable, Sendable {
  /// Lower end; NaN of fewer than two values.
  public let lower: Double
  /// Upper end; NaN of fewer than two values.
  public let upper: Double

  /// Resampled sets of cases.
  public static let resamples = 2000

  /// The 2.5th and 97.5th percentiles of the means of resampled cases.
  ///
  /// Cases are drawn with replacement, 2000 times, by a generator that starts at the same seed for
  /// every figure: the same values give the same interval on every machine.
  ///
  /// - Source: Efron, Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.
  init(ofMeanOf values: [Double]) {
    guard values.count > 1 else {
      (lower, upper) = (.nan, .nan)
      return
    }
    var generator = SplitMix64(seed: 1, stream: values.count)
    var means = (0..<Self.resamples).map { _ in
      ScoreDistribution.mean(
        values.indices.map { _ in
          values[Int(generator.next().multipliedFullWidth(by: UInt64(values.count)).high)]
        })
    }
    means.sort()
    lower = quantile(0.025, ofSorted: means)
    upper = quantile(0.975, ofSorted: means)
  }
}

/// A quantile by linear interpolation between the two nearest values, as numpy's default.
private func quantile(_ share: Double, ofSorted values: [Double]) -> Double {
  let position = share * Double(values.count - 1)
  let below = Int(position)
  let fraction = position - Double(below)
  // Between two infinite values lies infinity, not NaN.
  if fraction == 0 || values[below] == values[below + 1] { return values[below] }
  return values[below] + fraction * (values[below + 1] - values[below])
}
