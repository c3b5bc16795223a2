internal import Evaluation

extension RaterAgreement {
  /// One line per case, pair of raters and label, as comma-separated values.
  ///
  /// Undefined numbers are empty, infinite ones `inf`.
  public var pairTable: String {
    let metrics = CaseMetric.allCases.filter { metric in
      pairs.contains { $0.summary.cases.contains { $0.score(metric, ofStructure: 0) != nil } }
    }
    var text = CommaSeparatedText(
      header: ["case", "label", "rater_1", "rater_2"] + metrics.map(\.rawValue))
    for (place, name) in cases.enumerated() {
      for pair in pairs {
        for (index, label) in labels.enumerated() {
          let scores = pair.summary.cases[place]
          text.append(
            [name, "\(label)", raters[pair.raters.first], raters[pair.raters.second]]
              + metrics.map { spreadsheetNumber(scores.score($0, ofStructure: index) ?? .nan) })
        }
      }
    }
    return text.text
  }

  /// One line per case and label with what concerns all raters together, and their volumes, as
  /// comma-separated values.
  public var caseTable: String {
    var text = CommaSeparatedText(
      header: [
        "case", "label", "generalised_dice", "generalised_jaccard", "fleiss_kappa", "volume_cv",
      ] + raters.map { "ml \($0)" }
        + (raters.count > 2 ? raters.map { "dice with the others \($0)" } : []))
    for (place, name) in cases.enumerated() {
      for (index, label) in labels.enumerated() {
        let agreement = agreements[index][place]
        text.append(
          [name, "\(label)"]
            + ([
              agreement.generalisedDice, agreement.generalisedJaccard, agreement.fleissKappa,
              agreement.volumeVariation,
            ] + agreement.volumes + agreement.leaveOneOutDice).map(spreadsheetNumber))
      }
    }
    return text.text
  }
}
