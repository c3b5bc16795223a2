import Datasets
import Evaluation
import Inference
import Training
import Volumes

#if canImport(Glibc)
  import Glibc
#endif

/// A fold that is trained, with the scores of its validation cases on the disk.
enum FinishedFold {
  /// The scores in a fold's folder, if they are of these cases and labels, made after its final weights, and every file of these endings
  /// is still there.
  ///
  /// - Parameters:
  ///   - folder: The fold's folder.
  ///   - cases: Names of its validation cases.
  ///   - labels: The dataset's labels.
  ///   - fileEndings: How the names of what is made of each case end.
  /// - Returns: The scores, or nil if validation has to be done.
  static func scores(
    in folder: String, of cases: [String], labels: LabelSet, fileEndings: [String]
  ) -> EvaluationSummary? {
    let summary = "\(folder)/validation/summary.json"
    let weights = "\(folder)/\(ModelFolder.Checkpoint.final.fileName)"
    guard let scored = changeTime(of: summary), let trained = changeTime(of: weights),
      scored >= trained,
      let found = try? EvaluationSummary(
        contentsOf: summary, structures: labels.evaluator.structures),
      Set(found.cases.map(\.name)) == Set(cases),
      cases.allSatisfy({ name in
        fileEndings.allSatisfy { exists("\(folder)/validation/\(name)\($0)") }
      })
    else { return nil }
    return found
  }

  private static func changeTime(of path: String) -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec) + 1e-9 * Double(status.st_mtim.tv_nsec)
  }
}
