import JSONDocuments

extension EvaluationSummary {
  /// Reads a `summary.json`.
  ///
  /// Only the counts of the cases are taken from it; means are computed from them again.
  ///
  /// - Parameters:
  ///   - path: Path of the file.
  ///   - structures: What it must hold scores of; others are left out.
  /// - Throws: ``EvaluationError/unreadable(path:reason:)`` if it cannot be read or lacks one of the structures.
  public init(contentsOf path: String, structures: [Structure]) throws(EvaluationError) {
    let document: JSONValue
    do throws(JSONFileError) { document = try JSONValue(contentsOf: path) } catch {
      throw .unreadable(path: path, reason: error.description)
    }
    guard let entries = document["metric_per_case"]?.array else {
      throw .unreadable(path: path, reason: "it has no list metric_per_case")
    }
    var cases: [CaseOverlap] = []
    for (index, entry) in entries.enumerated() {
      guard let prediction = entry["prediction_file"]?.string,
        let reference = entry["reference_file"]?.string
      else {
        throw .unreadable(
          path: path, reason: "metric_per_case[\(index)] does not name its prediction and reference"
        )
      }
      var counts: [ConfusionCounts] = []
      for structure in structures {
        let metrics = entry["metrics"]?[structure.key]
        guard let tp = metrics?["TP"]?.int, let fp = metrics?["FP"]?.int,
          let fn = metrics?["FN"]?.int, let tn = metrics?["TN"]?.int
        else {
          throw .unreadable(
            path: path,
            reason: "metric_per_case[\(index)] has no TP, FP, FN and TN of \(structure.key)")
        }
        // No image has more voxels, and sums of such numbers cannot overflow.
        guard [tp, fp, fn, tn].allSatisfy({ (0...1 << 48).contains($0) }) else {
          throw .unreadable(
            path: path,
            reason:
              "metric_per_case[\(index)] has numbers of voxels of \(structure.key) that no image can "
              + "have; score the masks again")
        }
        counts.append(
          ConfusionCounts(
            truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn))
      }
      cases.append(
        CaseOverlap(
          name: Self.caseName(prediction), referenceFile: reference, predictionFile: prediction,
          counts: counts))
    }
    self.init(structures: structures, cases: cases)
  }

  /// A file's name without folder and ending, `.nii.gz` being one ending.
  private static func caseName(_ path: String) -> String {
    var name = String(path.split(separator: "/").last ?? "")
    if name.hasSuffix(".gz") { name = String(name.dropLast(3)) }
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
