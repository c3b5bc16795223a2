/// What every rater found for every subject: volumes, or values of a feature.
public struct RatingTable: Hashable, Sendable {
  /// One row per subject with as many ratings as raters, all finite.
  public let rows: [[Double]]
  /// Number of raters.
  public let raters: Int
  /// Subjects left out because a rating is missing or not finite.
  public let droppedSubjects: Int

  /// A table; subjects without a rating by every rater are left out.
  ///
  /// - Parameters:
  ///   - rows: One row per subject, each with one number per rater; NaN where there is none.
  ///   - raters: Number of raters.
  public init(_ rows: [[Double]], raters: Int) {
    precondition(
      rows.allSatisfy { $0.count == raters }, "rows of other lengths than \(raters) raters")
    self.raters = raters
    self.rows = rows.filter { $0.allSatisfy(\.isFinite) }
    droppedSubjects = rows.count - self.rows.count
  }

  /// Number of subjects.
  public var subjects: Int { rows.count }

  /// The ratings of one rater.
  public func ratings(by rater: Int) -> [Double] { rows.map { $0[rater] } }

  /// Mean within-subject coefficient of variation: the square root of the mean over subjects of
  /// variance over squared mean; NaN where a mean is 0.
  ///
  /// - Source: Bland, Altman, "Measurement error proportional to the mean", BMJ 313, 1996,
  ///   doi:10.1136/bmj.313.7049.106.
  public var withinSubjectVariation: Double {
    let squares = rows.map { row in
      let mean = row.reduce(0, +) / Double(raters)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(raters - 1)
      return variance / (mean * mean)
    }
    return (squares.reduce(0, +) / Double(subjects)).squareRoot()
  }
}

/// Mean squares of the two-way analysis of variance of a table of ratings.
public struct RatingVariance: Hashable, Sendable {
  /// Number of subjects, n.
  public let subjects: Int
  /// Number of raters, k.
  public let raters: Int
  /// Between subjects, with n - 1 degrees of freedom.
  public let betweenSubjects: Double
  /// Between raters, with k - 1.
  public let betweenRaters: Double
  /// Left over, with (n - 1) (k - 1).
  public let residual: Double
  /// Within subjects, raters not told apart, with n (k - 1).
  public let withinSubjects: Double

  /// The mean squares of a table, or nil of fewer than two subjects or raters.
  public init?(of table: RatingTable) {
    let (n, k) = (table.subjects, table.raters)
    guard n > 1, k > 1 else { return nil }
    // Around the first rating, so that large numbers with small differences keep their digits.
    let origin = table.rows[0][0]
    let rows = table.rows.map { $0.map { $0 - origin } }
    let grandMean = rows.joined().reduce(0, +) / Double(n * k)
    let subjectMeans = rows.map { $0.reduce(0, +) / Double(k) }
    let raterMeans = (0..<k).map { rater in rows.reduce(0) { $0 + $1[rater] } / Double(n) }
    var (subjects, raters, residual, within) = (0.0, 0.0, 0.0, 0.0)
    for (row, mean) in zip(rows, subjectMeans) {
      subjects += Double(k) * (mean - grandMean) * (mean - grandMean)
      for (rating, raterMean) in zip(row, raterMeans) {
        let rest = rating - mean - raterMean + grandMean
        residual += rest * rest
        within += (rating - mean) * (rating - mean)
      }
    }
    for mean in raterMeans { raters += Double(n) * (mean - grandMean) * (mean - grandMean) }
    self.subjects = n
    self.raters = k
    betweenSubjects = subjects / Double(n - 1)
    betweenRaters = raters / Double(k - 1)
    self.residual = residual / Double((n - 1) * (k - 1))
    withinSubjects = within / Double(n * (k - 1))
  }
}
