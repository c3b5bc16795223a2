public import Evaluation
public import Volumes

/// How raters agree over the cases of a study.
public struct RaterAgreement: Sendable {
  /// One pair of raters.
  public struct Pair: Sendable {
    /// Which.
    public let raters: RaterPair
    /// Their scores in every case, the first rater as reference.
    public let summary: EvaluationSummary
  }

  /// Folders of the raters.
  public let raters: [String]
  /// Names of the cases.
  public let cases: [String]
  /// The structures.
  public let labels: [LabelMap.Label]
  /// All pairs of raters.
  public let pairs: [Pair]
  /// Agreement of all raters, for every label the cases.
  public let agreements: [[CaseAgreement]]

  /// Volumes in ml of a label, one row per case.
  public func volumes(ofLabelAt index: Int) -> RatingTable {
    RatingTable(agreements[index].map(\.volumes), raters: raters.count)
  }

  /// How the volumes of a label differ between two raters, in ml.
  public func volumeDifference(ofLabelAt index: Int, between pair: RaterPair) -> BlandAltman {
    let table = volumes(ofLabelAt: index)
    return BlandAltman(table.ratings(by: pair.first), table.ratings(by: pair.second))
  }
}
