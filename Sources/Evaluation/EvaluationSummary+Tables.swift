import FileOutput

extension EvaluationSummary {
  /// One line per case and structure, as comma-separated values.
  ///
  /// Volumes are in ml. Undefined numbers are empty, infinite ones `inf`.
  ///
  /// - Parameters:
  ///   - names: Names of structures; others are named as in a `summary.json`.
  ///   - cohorts: Cohort of every case, by the case's name.
  /// - Returns: The table with a heading.
  public func caseTable(
    names: [Structure: String] = [:], cohorts: [String: String] = [:]
  ) -> String {
    let metrics = CaseMetric.allCases.filter { metric in
      !structures.isEmpty && cases.contains { $0.score(metric, ofStructure: 0) != nil }
    }
    let hasLesions = cases.contains { !$0.lesions.isEmpty }
    var table = DelimitedTable(
      header: ["case", "cohort", "structure", "name"] + metrics.map(\.rawValue)
        + ["tp", "fp", "fn", "tn", "reference_ml", "prediction_ml"]
        + (hasLesions ? ["lesion_tp", "lesion_fp", "lesion_fn"] : []))
    for item in cases {
      for (index, structure) in structures.enumerated() {
        let counts = item.counts[index]
        var fields = [
          item.name, cohorts[item.name] ?? "", structure.key, names[structure] ?? structure.key,
        ]
        fields += metrics.map { number(item.score($0, ofStructure: index) ?? .nan) }
        fields += [
          counts.truePositives, counts.falsePositives, counts.falseNegatives, counts.trueNegatives,
        ].map { "\($0)" }
        fields += [counts.referenceVoxels, counts.predictedVoxels].map {
          number(Double($0) * (item.voxelVolume ?? .nan) / 1000)
        }
        if hasLesions {
          let lesions = item.lesions.isEmpty ? nil : item.lesions[index]
          fields += [
            lesions?.truePositives, lesions?.falsePositives, lesions?.falseNegatives,
          ].map { $0.map { "\($0)" } ?? "" }
        }
        table.append(fields)
      }
    }
    return table.text
  }
}

extension CohortTable {
  /// One line per cohort, structure and figure, as comma-separated values.
  ///
  /// Undefined numbers are empty, infinite ones `inf`.
  ///
  /// - Parameter names: Names of structures; others are named as in a `summary.json`.
  /// - Returns: The table with a heading.
  public func scoreTable(names: [Structure: String] = [:]) -> String {
    var table = DelimitedTable(header: [
      "cohort", "structure", "name", "cases", "figure", "mean", "sd", "median", "ci95_lower",
      "ci95_upper", "finite_cases", "infinite_cases",
    ])
    for row in rows {
      for metric in CaseMetric.allCases {
        guard let score = row.scores[metric] else { continue }
        table.append(
          [
            row.cohort, row.structure.key, names[row.structure] ?? row.structure.key,
            "\(row.cases)", metric.rawValue,
          ]
            + [
              score.mean, score.standardDeviation, score.median, score.interval.lower,
              score.interval.upper,
            ].map(number) + ["\(score.finiteCases)", "\(score.infiniteCases)"])
      }
    }
    return table.text
  }
}

/// Writes a table of comma-separated values.
///
/// - Parameters:
///   - text: The table.
///   - path: Path of the file.
/// - Throws: ``EvaluationError/unwritable(path:reason:)``.
public func writeTable(_ text: String, to path: String) throws(EvaluationError) {
  do throws(FileOutputError) { try writeAtomically(text, to: path) } catch {
    throw .unwritable(path: path, reason: error.description)
  }
}

/// A number as spreadsheets and pandas read it.
private func number(_ value: Double) -> String { value.isNaN ? "" : "\(value)" }

/// Lines of comma-separated values, quoted where they must be.
///
/// - Source: RFC 4180, with line feeds.
private struct DelimitedTable {
  private(set) var text = ""

  init(header: [String]) { append(header) }

  mutating func append(_ fields: [String]) {
    let quoted = fields.map { field in
      field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }
    text += quoted.joined(separator: ",") + "\n"
  }
}
