extension CohortTable {
  /// Which numbers a table shows beside means.
  public enum Detail: Sendable {
    /// Standard deviations.
    case deviations
    /// Standard deviations and the 95 % bootstrap intervals of the means.
    case intervals
  }

  /// The table as lines of text with aligned columns.
  ///
  /// - Parameters:
  ///   - names: Names to print for structures; others print as in a `summary.json`.
  ///   - detail: What to print beside means.
  /// - Returns: A heading and one line per row, each ending in a line break. Undefined numbers
  ///   print as `-`; the number of infinite values, which means leave out, follows in brackets.
  public func textTable(
    names: [Structure: String] = [:], detail: Detail = .deviations
  ) -> String {
    let columns = Column.all.filter { column in rows.contains { $0.scores[column.metric] != nil } }
    let showsLesions = rows.contains { $0.lesions != nil }
    var table = [["Cohort", "Structure", "Cases"] + columns.map(\.title)]
    if showsLesions { table[0].append("Lesions TP/FP/FN") }
    for row in rows {
      let cases =
        row.cases == row.definedCases ? "\(row.cases)" : "\(row.definedCases)/\(row.cases)"
      var line = [row.cohort, names[row.structure] ?? row.structure.key, cases]
      for column in columns {
        line.append(row.scores[column.metric].map { column.text($0, detail) } ?? "-")
      }
      if showsLesions {
        line.append(
          row.lesions.map { "\($0.truePositives)/\($0.falsePositives)/\($0.falseNegatives)" } ?? "-"
        )
      }
      table.append(line)
    }
    return aligned(table)
  }

  private func aligned(_ table: [[String]]) -> String {
    let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    var text = ""
    for line in table {
      var padded = ""
      for (column, cell) in line.enumerated() {
        padded += cell + String(repeating: " ", count: widths[column] - cell.count + 2)
      }
      while padded.last == " " { padded.removeLast() }
      text += padded + "\n"
    }
    return text
  }
}

/// A column of the text table.
private struct Column {
  let metric: CaseMetric
  let title: String
  let digits: Int

  /// The columns in their order; what was not asked for is left out, and volumes are shown with
  /// surfaces.
  static let all = [
    Column(metric: .dice, title: "Dice", digits: 4),
    Column(metric: .intersectionOverUnion, title: "IoU", digits: 4),
    Column(metric: .hausdorff95, title: "HD95 mm", digits: 2),
    Column(metric: .averageSymmetricDistance, title: "ASSD mm", digits: 3),
    Column(metric: .normalisedSurfaceDistance, title: "NSD", digits: 4),
    Column(metric: .lesionF1, title: "Lesion F1", digits: 4),
  ]

  func text(_ score: ScoreDistribution, _ detail: CohortTable.Detail) -> String {
    var text = "\(decimals(score.mean)) ± \(decimals(score.standardDeviation))"
    if detail == .intervals {
      text += " [\(decimals(score.interval.lower)), \(decimals(score.interval.upper))]"
    }
    if score.infiniteCases > 0 { text += " (\(score.infiniteCases) ∞)" }
    return text
  }

  private func decimals(_ value: Double) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard value.isFinite, abs(value) * scale < 1e15 else { return "-" }
    let scaled = Int((abs(value) * scale).rounded())
    let fraction = String(scaled % Int(scale))
    return (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / Int(scale))."
      + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}
