public import Evaluation
internal import FileOutput
public import Inference
public import VolumeFiles

/// Why models could not be compared, or masks not be post-processed.
public enum ModelSelectionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file or folder cannot be used.
  case file(path: String, problem: String)
  /// A file or folder cannot be written.
  case unwritable(path: String, reason: String)
  /// A model's folder.
  case inference(InferenceError)
  /// Scoring.
  case evaluation(EvaluationError)
  /// An image file.
  case volume(VolumeFileError)

  /// What is wrong, where, and what to do, on one line.
  public var description: String {
    switch self {
    case .file(let path, let problem):
      problem.hasPrefix(path) ? problem : "\(path): \(problem)"
    case .unwritable(let path, let reason):
      reason.hasPrefix(path) ? reason : "\(path): cannot be written: \(reason)"
    case .inference(let error): error.description
    case .evaluation(let error): error.description
    case .volume(let error): error.description
    }
  }
}

/// Writes a text so that the name never stands for half of it.
func writeText(_ text: String, to path: String) throws(ModelSelectionError) {
  do throws(FileOutputError) { try writeAtomically(text, to: path) } catch {
    throw .unwritable(path: path, reason: error.description)
  }
}
