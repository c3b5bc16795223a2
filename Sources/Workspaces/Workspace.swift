import FileOutput
import FoundationEssentials

/// A folder that holds everything made from one dataset: fingerprint, plan, preprocessed cases, models.
///
/// ```
/// workspace.json                       which dataset, and what each step was made from
/// dataset_fingerprint.json  plans.json  splits_final.json
/// preprocessed/CONFIGURATION/CASE.safetensors
/// models/CONFIGURATION/{plans.json, dataset.json, fold_K/}
/// ```
///
/// Every step first runs the steps before it that are missing or out of date, and says so.
public struct Workspace: Sendable {
  /// The folder, which need not exist yet.
  public let folder: String
  /// Told what is being done.
  public var observer: StepObserver
  /// Values of the `$NAME`s in paths of a `dataset.json`.
  public var variables: [String: String]

  /// A workspace in a folder.
  ///
  /// - Parameters:
  ///   - folder: The folder; it is made by the first step.
  ///   - observer: Told what is being done.
  ///   - variables: Values of the `$NAME`s in paths of a `dataset.json`.
  public init(
    _ folder: String, observer: StepObserver = StepObserver(), variables: [String: String] = [:]
  ) {
    self.folder = folder
    self.observer = observer
    self.variables = variables
  }

  /// What each step was made from.
  var statePath: String { "\(folder)/workspace.json" }
  /// The dataset's fingerprint.
  public var fingerprintPath: String { "\(folder)/dataset_fingerprint.json" }
  /// The plan, which may be edited by hand.
  public var planPath: String { "\(folder)/plans.json" }
  /// The folds of the cross-validation.
  public var splitsPath: String { "\(folder)/splits_final.json" }

  /// The preprocessed cases of a configuration.
  public func preprocessedFolder(_ configuration: String) -> String {
    "\(folder)/preprocessed/\(configuration)"
  }

  /// The trained networks of a configuration.
  public func modelFolder(_ configuration: String) -> String {
    "\(folder)/models/\(configuration)"
  }
}

/// What is told while steps run.
public struct StepObserver: Sendable {
  /// One line about a step that begins, ends, or needs attention.
  public var message: @Sendable (_ text: String) -> Void
  /// How far a long step has come; called from any thread.
  public var progress: @Sendable (_ step: String, _ done: Int, _ total: Int) -> Void

  /// An observer; without arguments one that looks away.
  public init(
    message: @escaping @Sendable (_ text: String) -> Void = { _ in },
    progress: @escaping @Sendable (_ step: String, _ done: Int, _ total: Int) -> Void = {
      _, _, _ in
    }
  ) {
    self.message = message
    self.progress = progress
  }
}

/// Makes a folder and those above it.
func makeFolder(_ path: String) throws(WorkspaceError) {
  do throws(FileOutputError) { try createFolder(path) } catch {
    throw .unwritable(path: path, reason: error.description)
  }
}

/// Whether there is a file or folder of this name.
func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
