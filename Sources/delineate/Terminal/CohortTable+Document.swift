import Evaluation
import JSONDocuments

extension CohortTable {
  /// The rows as objects.
  func document(names: [Structure: String]) -> JSONValue {
    .array(
      rows.map { row in
        var members: JSONObject = [
          "cohort": .string(row.cohort), "structure": .string(row.structure.key),
          "name": .string(names[row.structure] ?? row.structure.key),
          "cases": .integer(row.cases), "defined_cases": .integer(row.definedCases),
          "dice_mean": finite(row.dice.mean), "dice_sd": finite(row.dice.standardDeviation),
          "iou_mean": finite(row.intersectionOverUnion.mean),
          "iou_sd": finite(row.intersectionOverUnion.standardDeviation),
        ]
        var scores = JSONObject()
        for metric in CaseMetric.allCases {
          scores[metric.rawValue] = row.scores[metric].map { $0.document }
        }
        members["scores"] = .object(scores)
        if let lesions = row.lesions {
          members["lesions"] = [
            "tp": .integer(lesions.truePositives), "fp": .integer(lesions.falsePositives),
            "fn": .integer(lesions.falseNegatives), "f1": finite(lesions.f1),
          ]
        }
        return .object(members)
      })
  }
}

extension ScoreDistribution {
  /// The figure as an object; null where a number is not finite.
  fileprivate var document: JSONValue {
    [
      "mean": finite(mean), "sd": finite(standardDeviation), "median": finite(median),
      "ci95": [finite(interval.lower), finite(interval.upper)],
      "finite_cases": .integer(finiteCases), "infinite_cases": .integer(infiniteCases),
    ]
  }
}
