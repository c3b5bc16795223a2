internal import JSONDocuments

extension EvaluationSummary {
  /// The members that surfaces and lesions add to a case's metrics; none where not asked for.
  func shapeScores(of item: CaseOverlap, _ structure: Int) -> JSONObject {
    var members = JSONObject()
    for metric in shapeMetrics {
      if let score = item.score(metric, ofStructure: structure) {
        members[metric.rawValue] = .number(score)
      }
    }
    if !item.lesions.isEmpty {
      members["lesion_tp"] = .integer(item.lesions[structure].truePositives)
      members["lesion_fp"] = .integer(item.lesions[structure].falsePositives)
      members["lesion_fn"] = .integer(item.lesions[structure].falseNegatives)
    }
    return members
  }

  /// The means of those members over the cases in which they are finite, and how many are infinite.
  func meanShapeScores(ofStructure structure: Int) -> JSONObject {
    var members = JSONObject()
    for metric in shapeMetrics {
      let values = cases.compactMap { $0.score(metric, ofStructure: structure) }
      guard values.count == cases.count else { continue }
      let finite = values.filter(\.isFinite)
      members[metric.rawValue] = .number(pairwiseSum(finite[...]) / Double(finite.count))
      members[metric.rawValue + "_infinite_cases"] = .integer(values.count { $0.isInfinite })
    }
    return members
  }

  /// The figures that are no overlap; none where neither surfaces nor lesions were asked for.
  private var shapeMetrics: [CaseMetric] {
    var metrics: [CaseMetric] = []
    if cases.contains(where: { !$0.surfaces.isEmpty }) {
      metrics += [
        .hausdorff95, .averageSymmetricDistance, .normalisedSurfaceDistance, .volumeDifference,
        .relativeVolumeDifference,
      ]
    }
    if cases.contains(where: { !$0.lesions.isEmpty }) {
      metrics += [.lesionF1, .lesionSensitivity, .lesionPrecision]
    }
    return metrics
  }
}

extension JSONObject {
  /// This object's members and those of another one.
  func merging(_ other: JSONObject) -> JSONObject {
    other.members.reduce(into: self) { $0[$1.name] = $1.value }
  }
}
