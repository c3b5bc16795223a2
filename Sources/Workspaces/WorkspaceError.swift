public import Datasets
public import Evaluation
public import Inference
public import Phantoms
public import Planning
public import Preprocessing
public import Reports
public import Training
public import VolumeFiles

/// Why a step of a workspace could not be done.
public enum WorkspaceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The dataset has errors that would spoil everything after; the lines say which.
  case problems(path: String, lines: [String], errorCount: Int)
  /// No dataset was given, and the workspace remembers none.
  case noDataset(workspace: String)
  /// A file of the workspace cannot be used.
  case file(path: String, problem: String)
  /// A file or folder cannot be written.
  case unwritable(path: String, reason: String)
  /// A model's folder holds folds that were trained with another plan, or for other channels or labels.
  case otherPlan(model: String, plan: String)
  /// Another process trains the same fold.
  case foldInUse(folder: String)
  /// The second stage of a cascade needs networks of the first that are not trained yet.
  case previousStage(configuration: String, previous: String, folds: [Int], workspace: String)
  /// Files given as input cannot be used.
  case input(path: String, problem: String)
  /// The dataset.
  case dataset(DatasetError)
  /// The fingerprint or the plan.
  case planning(PlanningError)
  /// Preprocessing.
  case preprocessing(PreprocessingError)
  /// Training.
  case training(TrainingError)
  /// Prediction.
  case inference(InferenceError)
  /// Evaluation.
  case evaluation(EvaluationError)
  /// Pictures.
  case report(ReportError)
  /// The phantoms of the demonstration.
  case phantom(PhantomError)
  /// An image file.
  case volume(VolumeFileError)

  /// What is wrong, where, and what to do, on one line.
  public var description: String {
    switch self {
    case .problems(let path, _, let count):
      "\(path): the check found \(count) \(count == 1 ? "error" : "errors"); "
        + "repair the files, then run the same command again"
    case .noDataset(let workspace):
      "\(workspace): no dataset has been used with this workspace yet; give the dataset's folder"
    case .file(let path, let problem): "\(path): \(problem)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .otherPlan(let model, let plan):
      "\(model): holds folds that were trained with another plan than \(plan), or for other channels "
        + "or labels; restore those, or move the folder away"
    case .foldInUse(let folder):
      "\(folder): is being trained by another delineate; wait until it has ended, or train another fold"
    case .previousStage(let configuration, let previous, let folds, let workspace):
      "\(configuration) refines the masks of \(previous), whose "
        + (folds.count == 1 ? "fold" : "folds") + " "
        + folds.map(String.init).joined(separator: ", ")
        + (folds.count == 1 ? " is" : " are") + " not trained yet; train first: "
        + folds.map {
          "delineate train --workspace \(workspace) --configuration \(previous) --fold \($0)"
        }.joined(separator: "; ")
    case .input(let path, let problem): "\(path): \(problem)"
    case .dataset(let error): error.description
    case .planning(let error): error.description
    case .preprocessing(let error): error.description
    case .training(let error): error.description
    case .inference(let error): error.description
    case .evaluation(let error): error.description
    case .report(let error): error.description
    case .phantom(let error): error.description
    case .volume(let error): error.description
    }
  }
}
