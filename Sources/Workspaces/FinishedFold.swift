import Datasets
import Evaluation
import Inference
import Volumes

#if canImport(Glibc)
  import Glibc
#endif

/// A fold that is trained, with the scores of its validation cases on the disk.
enum FinishedFold {
  /// The scores in a fold's folder, if they are of these cases and labels, made after its final weights, and every mask is still there.
  static func scores(
    in folder: String, of cases: [String], labels: LabelSet, fileEnding: String
  ) -> EvaluationSummary? {
    let summary = "\(folder)/validation/summary.json"
    let weights = "\(folder)/\(ModelFolder.Checkpoint.final.fileName)"
    guard let scored = changeTime(of: summary), let trained = changeTime(of: weights),
      scored >= trained,
      let found = try? EvaluationSummary(
        contentsOf: summary, structures: labels.evaluator.structures),
      Set(found.cases.map(\.name)) == Set(cases),
      cases.allSatisfy({ exists("\(folder)/validation/\($0)\(fileEnding)") })
    else { return nil }
    return found
  }

  private static func changeTime(of path: String) -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec) + 1e-9 * Double(status.st_mtim.tv_nsec)
  }
}
