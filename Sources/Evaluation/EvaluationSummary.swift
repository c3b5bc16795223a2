import FileOutput
public import JSONDocuments

/// Scores of every structure in one case.
public struct CaseOverlap: Hashable, Sendable {
  /// The case's name: the file's without its ending.
  public var name: String
  /// Path of the reference.
  public var referenceFile: String
  /// Path of the prediction.
  public var predictionFile: String
  /// One entry per structure of the summary, in its order.
  public var counts: [ConfusionCounts]
  /// Surface distances of every structure; empty where they were not asked for.
  public var surfaces: [SurfaceScores] = []
  /// Lesions of every structure; empty where they were not asked for.
  public var lesions: [LesionCounts] = []
  /// Volume of a voxel in mm³, where it is known.
  public var voxelVolume: Double?

  /// Counts of one case.
  public init(
    name: String, referenceFile: String, predictionFile: String, counts: [ConfusionCounts]
  ) {
    self.name = name
    self.referenceFile = referenceFile
    self.predictionFile = predictionFile
    self.counts = counts
  }
}

/// Scores of a set of cases, in the form of nnU-Net's `summary.json`.
public struct EvaluationSummary: Hashable, Sendable {
  /// What was scored.
  public let structures: [Structure]
  /// The cases, in the order of their names.
  public let cases: [CaseOverlap]

  /// A summary of the given cases.
  public init(structures: [Structure], cases: [CaseOverlap]) {
    for item in cases {
      precondition(
        item.counts.count == structures.count,
        "\(item.counts.count) counts for \(structures.count) structures")
    }
    self.structures = structures
    self.cases = cases
  }

  /// Mean of a figure over the cases in which it is defined; NaN where it is in none.
  ///
  /// - Parameters:
  ///   - metric: The figure.
  ///   - structure: Place of the structure in ``structures``.
  /// - Returns: The mean.
  public func mean(_ metric: OverlapMetric, ofStructure structure: Int) -> Double {
    let values = cases.map { $0.counts[structure][metric] }
    let defined = values.count { !$0.isNaN }
    // Undefined values count as zeros in the sum, which is what numpy's nanmean adds.
    return pairwiseSum(values.map { $0.isNaN ? 0 : $0 }[...]) / Double(defined)
  }

  /// Plain mean of a figure's means over the structures other than label 0.
  ///
  /// A structure that no case has makes it NaN, as in nnU-Net.
  public func foregroundMean(_ metric: OverlapMetric) -> Double {
    let means = structures.indices.filter { structures[$0] != .label(0) }
      .map { mean(metric, ofStructure: $0) }
    return pairwiseSum(means[...]) / Double(means.count)
  }

  /// The document that nnU-Net would write, members sorted by name.
  ///
  /// Surfaces and lesions, where they were asked for, are further members of the metrics of a case
  /// and of the means; those of the means are over the cases in which they are finite.
  public var json: JSONValue {
    var perCase: [JSONValue] = []
    for item in cases {
      var metrics = JSONObject()
      for (index, structure) in structures.enumerated() {
        let counts = item.counts[index]
        let overlap = object { metric in
          metric.isCount ? .integer(Int(counts[metric])) : .number(counts[metric])
        }
        metrics[structure.key] = .object(overlap.merging(shapeScores(of: item, index)))
      }
      perCase.append([
        "metrics": .object(metrics), "prediction_file": .string(item.predictionFile),
        "reference_file": .string(item.referenceFile),
      ])
    }
    var means = JSONObject()
    for (index, structure) in structures.enumerated() {
      let overlap = object { .number(mean($0, ofStructure: index)) }
      means[structure.key] = .object(overlap.merging(meanShapeScores(ofStructure: index)))
    }
    let document: JSONValue = [
      "foreground_mean": .object(object { .number(foregroundMean($0)) }), "mean": .object(means),
      "metric_per_case": .array(perCase),
    ]
    return document.sortedByName
  }

  private func object(_ value: (OverlapMetric) -> JSONValue) -> JSONObject {
    OverlapMetric.allCases.reduce(into: JSONObject()) { $0[$1.rawValue] = value($1) }
  }

  /// Writes nnU-Net's `summary.json`.
  ///
  /// - Parameter path: Path of the file.
  /// - Throws: ``EvaluationError/unwritable(path:reason:)``.
  public func write(to path: String) throws(EvaluationError) {
    do throws(FileOutputError) {
      try writeAtomically(json.text(.indented(4)), to: path)
    } catch {
      throw .unwritable(path: path, reason: error.description)
    }
  }
}

/// A sum in numpy's order of additions, so that means equal nnU-Net's to the last digit.
///
/// - Source: Higham, "The accuracy of floating point summation", SIAM J. Sci. Comput. 14(4), 1993,
///   doi:10.1137/0914050.
func pairwiseSum(_ values: ArraySlice<Double>) -> Double {
  if values.count < 8 { return values.reduce(0, +) }
  if values.count > 128 {
    let half = values.count / 2
    let split = values.startIndex + half - half % 8
    return pairwiseSum(values[..<split]) + pairwiseSum(values[split...])
  }
  var sums = Array(values.prefix(8))
  var position = values.startIndex + 8
  while position + 8 <= values.endIndex {
    for lane in 0..<8 { sums[lane] += values[position + lane] }
    position += 8
  }
  let total =
    ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
  return values[position...].reduce(total, +)
}
