/// How two raters' measurements of the same subjects differ.
///
/// - Source: Bland, Altman, Lancet 327, 1986, doi:10.1016/S0140-6736(86)90837-8.
public struct BlandAltman: Hashable, Sendable {
  /// Number of subjects.
  public let subjects: Int
  /// Mean difference, first minus second; NaN of no subjects.
  public let bias: Double
  /// Standard deviation of the differences, with n - 1; NaN of fewer than two subjects.
  public let standardDeviation: Double
  /// Slope of the differences on the means, 0 where disagreement does not grow with size.
  public let slope: Double

  /// The agreement of two series of measurements of the same subjects.
  public init(_ first: [Double], _ second: [Double]) {
    precondition(first.count == second.count, "\(first.count) against \(second.count) measurements")
    let differences = zip(first, second).map { $0 - $1 }
    let means = zip(first, second).map { 0.5 * ($0 + $1) }
    let n = Double(differences.count)
    subjects = differences.count
    let bias = differences.reduce(0, +) / n
    self.bias = bias
    let squares = differences.reduce(0) { $0 + ($1 - bias) * ($1 - bias) }
    standardDeviation = subjects > 1 ? (squares / (n - 1)).squareRoot() : .nan
    let centre = means.reduce(0, +) / n
    var (covariance, variance) = (0.0, 0.0)
    for (difference, mean) in zip(differences, means) {
      covariance += (difference - bias) * (mean - centre)
      variance += (mean - centre) * (mean - centre)
    }
    slope = covariance / variance
  }

  /// Lower limit of agreement: bias - 1.96 standard deviations.
  public var lowerLimit: Double { bias - 1.96 * standardDeviation }

  /// Upper limit of agreement: bias + 1.96 standard deviations.
  public var upperLimit: Double { bias + 1.96 * standardDeviation }

  /// Half the width of the 95 % interval of the bias.
  public var biasMargin: Double { t * standardDeviation / Double(subjects).squareRoot() }

  /// Half the width of the 95 % interval of either limit.
  public var limitMargin: Double { t * standardDeviation * (3 / Double(subjects)).squareRoot() }

  private var t: Double { studentQuantile95(degreesOfFreedom: Double(subjects - 1)) }
}

/// Lin's concordance correlation coefficient: how far pairs of measurements lie from the line of
/// equality.
///
/// - Parameters:
///   - first: Measurements.
///   - second: Measurements of the same subjects.
/// - Returns: From -1 to 1; NaN where neither series varies.
/// - Source: Lin, Biometrics 45(1), 1989, doi:10.2307/2532051, with variances over n.
public func concordanceCorrelation(_ first: [Double], _ second: [Double]) -> Double {
  precondition(first.count == second.count, "\(first.count) against \(second.count) measurements")
  let n = Double(first.count)
  let (a, b) = (first.reduce(0, +) / n, second.reduce(0, +) / n)
  var (covariance, varianceA, varianceB) = (0.0, 0.0, 0.0)
  for (x, y) in zip(first, second) {
    covariance += (x - a) * (y - b)
    varianceA += (x - a) * (x - a)
    varianceB += (y - b) * (y - b)
  }
  return 2 * covariance / (varianceA + varianceB + n * (a - b) * (a - b))
}
