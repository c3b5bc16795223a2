internal import Evaluation

extension ScoreStability {
  /// A line per subject as comma-separated values: outcome, all raters' scores, their range and whether
  /// the class flips.
  ///
  /// - Parameters:
  ///   - cases: Names of the subjects.
  ///   - raters: Names of the raters.
  /// - Returns: The table; subjects without a score by every rater have no range.
  public func caseTable(cases: [String], raters: [String]) -> String {
    precondition(
      cases.count == subjects.count, "\(cases.count) names of \(subjects.count) subjects")
    var text = CommaSeparatedText(header: ["case", "outcome"] + raters + ["range", "flips"])
    for (name, subject) in zip(cases, subjects) {
      let isComplete = subject.scores.allSatisfy(\.isFinite)
      let range = (subject.scores.max() ?? .nan) - (subject.scores.min() ?? .nan)
      let classes = Set(subject.scores.map { $0 >= threshold })
      text.append(
        [name, subject.outcome.map { $0 ? "1" : "0" } ?? ""]
          + (subject.scores + [isComplete ? range : .nan]).map(spreadsheetNumber)
          + [isComplete ? (classes.count > 1 ? "1" : "0") : ""])
    }
    return text.text
  }
}
