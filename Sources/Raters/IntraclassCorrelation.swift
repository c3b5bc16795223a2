/// Which intraclass correlation: how raters were chosen and what is used of them.
///
/// - Source: Shrout, Fleiss, "Intraclass correlations: uses in assessing rater reliability",
///   Psychol. Bull. 86(2), 1979, doi:10.1037/0033-2909.86.2.420.
public enum IntraclassForm: String, CaseIterable, Sendable {
  /// Every subject has raters of its own; one rating.
  case oneWay = "ICC(1,1)"
  /// Raters are drawn from many and rate all subjects; one rating, absolute agreement. For three
  /// radiologists who stand for radiologists.
  case twoWayRandom = "ICC(2,1)"
  /// These raters are the only ones of interest; one rating, consistency.
  case twoWayMixed = "ICC(3,1)"
  /// As ``oneWay``, for the mean of all raters.
  case oneWayMean = "ICC(1,k)"
  /// As ``twoWayRandom``, for the mean of all raters.
  case twoWayRandomMean = "ICC(2,k)"
  /// As ``twoWayMixed``, for the mean of all raters.
  case twoWayMixedMean = "ICC(3,k)"
}

/// An intraclass correlation with its 95 % interval and F test.
///
/// All numbers are NaN where the ratings do not vary at all or there are fewer than two subjects or
/// raters.
///
/// - Source: Shrout, Fleiss, 1979; interval of ICC(2,1) by Satterthwaite's degrees of freedom as in
///   McGraw, Wong, Psychol. Methods 1(1), 1996, doi:10.1037/1082-989X.1.1.30.
public struct IntraclassCorrelation: Hashable, Sendable {
  /// Which correlation.
  public let form: IntraclassForm
  /// The estimate.
  public let value: Double
  /// Lower end of the 95 % interval.
  public let lower: Double
  /// Upper end of the 95 % interval.
  public let upper: Double
  /// Ratio of mean squares that tests the correlation against 0.
  public let fRatio: Double
  /// Degrees of freedom of that ratio.
  public let degreesOfFreedom: FDistribution
  /// Probability of at least that ratio where the true correlation is 0.
  public let pValue: Double

  /// The correlation of a table of ratings.
  public init(_ form: IntraclassForm, of table: RatingTable) {
    self.form = form
    guard let v = RatingVariance(of: table) else {
      (value, lower, upper, fRatio, pValue) = (.nan, .nan, .nan, .nan, .nan)
      degreesOfFreedom = FDistribution(.nan, .nan)
      return
    }
    let (n, k) = (Double(v.subjects), Double(v.raters))
    let error = form.isOneWay ? v.withinSubjects : v.residual
    let freedom = FDistribution(n - 1, form.isOneWay ? n * (k - 1) : (n - 1) * (k - 1))
    let ratio = v.betweenSubjects / error
    (fRatio, degreesOfFreedom) = (ratio, freedom)
    pValue = freedom.survival(ratio)
    let single: (value: Double, lower: Double, upper: Double)
    switch form {
    case .oneWay, .oneWayMean, .twoWayMixed, .twoWayMixedMean:
      single = Self.consistency(v.betweenSubjects, error, freedom, k)
    case .twoWayRandom, .twoWayRandomMean:
      single = Self.absoluteAgreement(v, freedom)
    }
    // The mean of k ratings, by Spearman and Brown's formula.
    func stepped(_ r: Double) -> Double { form.isMean ? k * r / (1 + (k - 1) * r) : r }
    (value, lower, upper) = (
      stepped(single.value), stepped(single.lower), stepped(single.upper)
    )
  }

  private static func consistency(
    _ subjects: Double, _ error: Double, _ freedom: FDistribution, _ k: Double
  ) -> (value: Double, lower: Double, upper: Double) {
    let value = (subjects - error) / (subjects + (k - 1) * error)
    if error == 0 { return (value, value, value) }
    let ratio = subjects / error
    let low = ratio / freedom.quantile(0.975)
    let high =
      ratio * FDistribution(freedom.denominator, freedom.numerator).quantile(0.975)
    return (value, (low - 1) / (low + k - 1), (high - 1) / (high + k - 1))
  }

  private static func absoluteAgreement(
    _ v: RatingVariance, _ freedom: FDistribution
  ) -> (value: Double, lower: Double, upper: Double) {
    let (n, k) = (Double(v.subjects), Double(v.raters))
    let (msr, msc, mse) = (v.betweenSubjects, v.betweenRaters, v.residual)
    let r = (msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n)
    if msc == 0, mse == 0 { return (r, r, r) }
    // Satterthwaite's degrees of freedom, numerator and denominator multiplied by the square of mse.
    let rest = (n * (1 + (k - 1) * r) - k * r) * mse
    let raters = k * r * msc
    let v2 =
      (k - 1) * (n - 1) * (raters + rest) * (raters + rest)
      / ((n - 1) * raters * raters + rest * rest)
    let f1 = FDistribution(n - 1, v2).quantile(0.975)
    let f2 = FDistribution(v2, n - 1).quantile(0.975)
    let noise = k * msc + (k * n - k - n) * mse
    return (
      r, n * (msr - f1 * mse) / (f1 * noise + n * msr),
      n * (f2 * msr - mse) / (noise + n * f2 * msr)
    )
  }
}

extension IntraclassForm {
  fileprivate var isOneWay: Bool { self == .oneWay || self == .oneWayMean }

  fileprivate var isMean: Bool {
    [.oneWayMean, .twoWayRandomMean, .twoWayMixedMean].contains(self)
  }
}

/// How reliable ratings with a given intraclass correlation are called.
///
/// - Source: Koo, Li, J. Chiropr. Med. 15(2), 2016, doi:10.1016/j.jcm.2016.02.012.
public enum Reliability: String, CaseIterable, Sendable {
  /// Below 0.5.
  case poor
  /// From 0.5 to below 0.75.
  case moderate
  /// From 0.75 to 0.9.
  case good
  /// Above 0.9.
  case excellent

  /// The class of a correlation, nil of NaN.
  public init?(_ correlation: Double) {
    switch correlation {
    case ..<0.5: self = .poor
    case ..<0.75: self = .moderate
    case ...0.9: self = .good
    case 0.9...: self = .excellent
    default: return nil
    }
  }
}
