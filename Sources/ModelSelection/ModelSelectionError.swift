public import Evaluation
public import FileOutput
public import Inference
public import JSONDocuments
public import VolumeFiles
public import Workspaces

/// Why models could not be compared, or masks not be post-processed.
public enum ModelSelectionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file or folder cannot be used.
  case file(path: String, problem: String)
  /// A JSON file cannot be read.
  case json(JSONFileError)
  /// A file or folder cannot be written.
  case output(FileOutputError)
  /// A model's folder.
  case inference(InferenceError)
  /// Scoring.
  case evaluation(EvaluationError)
  /// An image file.
  case volume(VolumeFileError)
  /// Prediction or averaging.
  case workspace(WorkspaceError)

  /// What is wrong, where, and what to do, on one line.
  public var description: String {
    switch self {
    case .file(let path, let problem): "\(path): \(problem)"
    case .json(let error): error.description
    case .output(let error): error.description
    case .inference(let error): error.description
    case .evaluation(let error): error.description
    case .volume(let error): error.description
    case .workspace(let error): error.description
    }
  }
}
