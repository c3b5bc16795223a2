/// How far a prediction depends on who drew the region that it was computed from.
///
/// A radiomics score, or a network's probability, is computed for every subject from every rater's
/// mask. Subjects without a finite score by every rater take no part.
public struct ScoreStability: Hashable, Sendable {
  /// One subject.
  public struct Subject: Hashable, Sendable {
    /// The score from every rater's mask.
    public var scores: [Double]
    /// Whether the subject has the outcome that the score predicts; nil where that is not known.
    public var outcome: Bool?

    /// The scores of a subject.
    public init(scores: [Double], outcome: Bool? = nil) {
      self.scores = scores
      self.outcome = outcome
    }
  }

  /// What it makes to a score to take one rater's masks in place of another's.
  public struct Pair: Hashable, Sendable {
    /// The raters.
    public let raters: RaterPair
    /// Mean over subjects of the absolute difference.
    public let meanDifference: Double
    /// The largest absolute difference.
    public let largestDifference: Double
    /// Subjects whose class changes.
    public let flips: Int
    /// DeLong's probability of such a difference of areas where there is none; NaN without outcomes.
    public let areaPValue: Double
  }

  /// All subjects, those that take no part too.
  public let subjects: [Subject]
  /// The score from which a subject is called positive.
  public let threshold: Double
  /// The scores that take part.
  public let table: RatingTable
  /// Absolute agreement of single scores, ICC(2,1).
  public let agreement: IntraclassCorrelation
  /// For every rater how well the score tells outcomes, in subjects whose outcome is known.
  public let areas: [ROCArea]
  /// All pairs of raters.
  public let pairs: [Pair]
  /// Subjects that are not of the same class for all raters.
  public let flippedSubjects: Int

  /// The stability of a score.
  ///
  /// - Parameters:
  ///   - subjects: The subjects, all with one score per rater.
  ///   - raters: How many raters there are, at least two.
  ///   - threshold: The score from which a subject is called positive.
  public init(of subjects: [Subject], raters: Int, threshold: Double) {
    (self.subjects, self.threshold) = (subjects, threshold)
    table = RatingTable(subjects.map(\.scores), raters: raters)
    agreement = IntraclassCorrelation(.twoWayRandom, of: table)
    let complete = subjects.filter { $0.scores.allSatisfy(\.isFinite) }
    let known = complete.filter { $0.outcome != nil }
    let areas = (0..<raters).map { rater in
      ROCArea(of: known.map { $0.scores[rater] }, outcomes: known.map { $0.outcome == true })
    }
    self.areas = areas
    pairs = RaterPair.all(of: raters).map { pair in
      let scores = complete.map { ($0.scores[pair.first], $0.scores[pair.second]) }
      let differences = scores.map { abs($0 - $1) }
      return Pair(
        raters: pair, meanDifference: differences.reduce(0, +) / Double(complete.count),
        largestDifference: differences.max() ?? .nan,
        flips: scores.count { ($0 >= threshold) != ($1 >= threshold) },
        areaPValue: areas[pair.first].pValue(against: areas[pair.second]))
    }
    flippedSubjects = complete.count { subject in
      Set(subject.scores.map { $0 >= threshold }).count > 1
    }
  }
}
