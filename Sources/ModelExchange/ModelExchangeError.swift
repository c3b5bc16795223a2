public import Inference
public import TorchCheckpoints
public import ZipArchives

/// What can go wrong when models come from nnU-Net or go to it.
public enum ModelExchangeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The source is no model of nnU-Net v2.
  case source(path: String, problem: String)
  /// The model's plans, description or weights cannot be used.
  case model(InferenceError)
  /// The archive is not sound, or cannot be written.
  case archive(ZipError)
  /// A checkpoint cannot be written.
  case checkpoint(TorchCheckpointError)
  /// There is something where the model is to be written.
  case exists(path: String)
  /// The result cannot be written.
  case unwritable(path: String, reason: String)

  /// One line: the file, what is wrong, what to do.
  public var description: String {
    switch self {
    case .source(let path, let problem): "\(path) is no model of nnU-Net v2: \(problem)"
    case .model(let error): error.description
    case .archive(let error): error.description
    case .checkpoint(let error): error.description
    case .exists(let path): "\(path) exists; choose another name, or remove it first"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
