import ElementaryFunctions

/// Fisher's distribution of the ratio of two mean squares; degrees of freedom may be fractional.
public struct FDistribution: Hashable, Sendable {
  /// Degrees of freedom of the numerator, above 0.
  public let numerator: Double
  /// Degrees of freedom of the denominator, above 0.
  public let denominator: Double

  /// The distribution of the given degrees of freedom.
  public init(_ numerator: Double, _ denominator: Double) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Probability of a ratio of at most `ratio`.
  public func cumulative(_ ratio: Double) -> Double {
    guard ratio > 0 else { return ratio.isNaN ? .nan : 0 }
    if ratio == .infinity { return 1 }
    let total = numerator * ratio + denominator
    return incompleteBeta(
      numerator * ratio / total, complement: denominator / total, numerator / 2, denominator / 2)
  }

  /// Probability of a ratio above `ratio`.
  public func survival(_ ratio: Double) -> Double {
    guard ratio > 0 else { return ratio.isNaN ? .nan : 1 }
    if ratio == .infinity { return 0 }
    let total = numerator * ratio + denominator
    return incompleteBeta(
      denominator / total, complement: numerator * ratio / total, denominator / 2, numerator / 2)
  }

  /// The ratio that is exceeded with a probability of `1 - probability`.
  ///
  /// - Parameter probability: Above 0 and below 1.
  /// - Returns: NaN for degrees of freedom that are not above 0 and finite.
  /// - Complexity: About a hundred evaluations of the incomplete beta function.
  public func quantile(_ probability: Double) -> Double {
    guard numerator > 0, denominator > 0, numerator.isFinite, denominator.isFinite else {
      return .nan
    }
    // By halving on a logarithmic scale, on the side of the smaller tail.
    func isBelow(_ logRatio: Double) -> Bool {
      let ratio = exponential(logRatio)
      return probability > 0.5
        ? survival(ratio) > 1 - probability : cumulative(ratio) < probability
    }
    var (lower, upper) = (-700.0, 700.0)
    while true {
      let middle = 0.5 * (lower + upper)
      if middle <= lower || middle >= upper { return exponential(middle) }
      if isBelow(middle) { lower = middle } else { upper = middle }
    }
  }
}

/// The two-sided 95 % quantile of Student's distribution, for as many values less one.
func studentQuantile95(degreesOfFreedom: Double) -> Double {
  FDistribution(1, degreesOfFreedom).quantile(0.95).squareRoot()
}
