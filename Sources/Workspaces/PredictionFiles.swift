import Datasets
import FileOutput
import Planning

/// The files beside masks that another program needs to go on with them, as nnU-Net writes them.
struct PredictionFiles {
  private let folder: String

  init(_ folder: String) { self.folder = folder }

  /// Writes `dataset.json`, unless the folder has one: that may be another dataset's.
  func writeDescription(_ description: DatasetDescription) throws(WorkspaceError) {
    let path = "\(folder)/dataset.json"
    if exists(path) { return }
    do throws(DatasetError) { try description.write(to: path) } catch { throw .dataset(error) }
  }

  /// Writes `plans.json`, unless the folder has one.
  func writePlan(_ plan: SegmentationPlan) throws(WorkspaceError) {
    let path = "\(folder)/plans.json"
    if exists(path) { return }
    do throws(PlanningError) { try plan.write(to: path) } catch { throw .planning(error) }
  }

  /// Copies another folder's `plans.json`, if it has one and this folder has not.
  func takePlan(of other: String) throws(WorkspaceError) {
    try take("plans.json", from: other)
  }

  /// Copies a case's `.pkl` from another folder, if that has one.
  func takeProperties(of name: String, from other: String) throws(WorkspaceError) {
    try take("\(name).pkl", from: other)
  }

  private func take(_ name: String, from other: String) throws(WorkspaceError) {
    guard exists("\(other)/\(name)"), !exists("\(folder)/\(name)") else { return }
    do throws(FileOutputError) {
      try copyFile("\(other)/\(name)", to: "\(folder)/\(name)")
    } catch {
      throw .unwritable(path: "\(folder)/\(name)", reason: error.description)
    }
  }
}
