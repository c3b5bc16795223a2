public import Tensors

/// Why a resolution cannot be raised, or this cannot be learnt.
public enum UpscalingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// An image that cannot be used.
  case image(path: String, problem: String)
  /// A checkpoint or a model that cannot be used.
  case model(path: String, problem: String)
  /// A file or folder that cannot be written.
  case unwritable(path: String, reason: String)
  /// The device failed.
  case tensors(TensorError)
  /// Training went astray.
  case diverged(iteration: Int, problem: String)

  /// What is wrong where, and what to do, on one line.
  public var description: String {
    switch self {
    case .image(let path, let problem), .model(let path, let problem): "\(path): \(problem)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .tensors(let error): error.description
    case .diverged(let iteration, let problem):
      "training went astray at step \(iteration): \(problem)"
    }
  }
}
