import FileOutput
import JSONDocuments

extension Fingerprint {
  /// Writes a `dataset_fingerprint.json` as nnU-Net does, complete or not at all.
  ///
  /// - Throws: ``PlanningError/unwritable(path:reason:)``.
  public func write(to path: String) throws(PlanningError) {
    try Planning.write(document, to: path)
  }
}

extension SegmentationPlan {
  /// Writes a `plans.json` as nnU-Net does, complete or not at all.
  ///
  /// - Throws: ``PlanningError/unwritable(path:reason:)``.
  public func write(to path: String) throws(PlanningError) {
    try Planning.write(document, to: path)
  }
}

private func write(_ document: JSONValue, to path: String) throws(PlanningError) {
  do throws(FileOutputError) { try writeAtomically(document.text(.indented(4)), to: path) } catch {
    throw .unwritable(path: path, reason: error.description)
  }
}
