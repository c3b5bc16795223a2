internal import Evaluation
internal import FileOutput

/// A folder being filled with masks, `plans.json`, `dataset.json` and a summary.
struct GatheredFolder {
  /// Where it is until it is complete.
  let path: String

  /// Fills a new folder and then puts it in the place of an earlier one; folders above it are made.
  ///
  /// - Parameters:
  ///   - path: The folder's final name.
  ///   - fill: Writes the content.
  /// - Throws: What `fill` throws, or ``ModelSelectionError/output(_:)``; the earlier folder is then untouched.
  static func replace(
    _ path: String, _ fill: (GatheredFolder) throws(ModelSelectionError) -> Void
  ) throws(ModelSelectionError) {
    let folder: AtomicFolder
    do throws(FileOutputError) {
      try createFolder(enclosingFolder(of: path))
      folder = try AtomicFolder(replacing: path)
    } catch {
      throw .output(error)
    }
    try fill(GatheredFolder(path: folder.temporaryPath))
    do throws(FileOutputError) { try folder.commit() } catch { throw .output(error) }
  }

  /// Copies a file into the folder.
  func copy(_ source: String, as name: String) throws(ModelSelectionError) {
    try writing { () throws(FileOutputError) in try copyFile(source, to: "\(path)/\(name)") }
  }

  /// Copies a model's plan and description.
  func copyDescription(of model: String) throws(ModelSelectionError) {
    for name in ["plans.json", "dataset.json"] { try copy("\(model)/\(name)", as: name) }
  }

  /// Writes `summary.json`.
  func write(_ summary: EvaluationSummary) throws(ModelSelectionError) {
    do throws(EvaluationError) { try summary.write(to: "\(path)/summary.json") } catch {
      throw .evaluation(error)
    }
  }
}

/// Writes something and turns the error into this module's.
func writing(_ step: () throws(FileOutputError) -> Void) throws(ModelSelectionError) {
  do throws(FileOutputError) { try step() } catch { throw .output(error) }
}
