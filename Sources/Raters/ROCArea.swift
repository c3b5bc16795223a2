internal import ElementaryFunctions

/// Area under the receiver operating characteristic of a score: how often a subject with the outcome
/// has a higher score than one without, ties counting half.
///
/// - Source: DeLong, DeLong, Clarke-Pearson, Biometrics 44(3), 1988, doi:10.2307/2531595, by mid-ranks
///   as in Sun, Xu, IEEE Signal Process. Lett. 21(11), 2014, doi:10.1109/LSP.2014.2337313.
public struct ROCArea: Hashable, Sendable {
  /// The area, from 0 to 1; NaN unless there are subjects of both kinds.
  public let value: Double
  /// For every subject with the outcome the share of the others below it.
  private let positives: [Double]
  /// For every subject without it the share of those with the outcome above it.
  private let negatives: [Double]

  /// The area of a score.
  ///
  /// - Parameters:
  ///   - scores: One finite number per subject.
  ///   - outcomes: Whether the subject has the outcome.
  /// - Complexity: O(n log n).
  public init(of scores: [Double], outcomes: [Bool]) {
    precondition(
      scores.count == outcomes.count, "\(scores.count) scores, \(outcomes.count) outcomes")
    let with = zip(scores, outcomes).filter(\.1).map(\.0)
    let without = zip(scores, outcomes).filter { !$0.1 }.map(\.0)
    let (m, n) = (Double(with.count), Double(without.count))
    let all = midRanks(with + without)
    // A rank among all less that among one's own kind counts the others below.
    positives = zip(all, midRanks(with)).map { ($0 - $1) / n }
    negatives = zip(all.dropFirst(with.count), midRanks(without)).map { 1 - ($0 - $1) / m }
    value = positives.reduce(0, +) / m
  }

  /// Estimated variance of the area.
  public var variance: Double { covariance(with: self) }

  /// 95 % interval by the normal distribution, cut at 0 and 1.
  public var interval: (lower: Double, upper: Double) {
    let margin = normalQuantile975 * variance.squareRoot()
    return (max(value - margin, 0), min(value + margin, 1))
  }

  /// Probability of a difference at least as large between two scores of the same subjects whose true
  /// areas are equal; NaN where the difference has no variance.
  public func pValue(against other: ROCArea) -> Double {
    let spread = variance + other.variance - 2 * covariance(with: other)
    guard spread > 0 else { return .nan }
    return complementaryErrorFunction(abs(value - other.value) / (2 * spread).squareRoot())
  }

  private func covariance(with other: ROCArea) -> Double {
    precondition(
      positives.count == other.positives.count && negatives.count == other.negatives.count,
      "areas of different subjects")
    return sampleCovariance(positives, other.positives) / Double(positives.count)
      + sampleCovariance(negatives, other.negatives) / Double(negatives.count)
  }
}

/// Two-sided 95 % quantile of the normal distribution.
private let normalQuantile975 = 1.959963984540054

private func sampleCovariance(_ a: [Double], _ b: [Double]) -> Double {
  let n = Double(a.count)
  let (meanA, meanB) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
  return zip(a, b).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) } / (n - 1)
}

/// Ranks from 1, equal numbers sharing the mean of theirs.
private func midRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for place in start..<end { ranks[order[place]] = 0.5 * Double(start + end + 1) }
    start = end
  }
  return ranks
}
