public import Datasets
public import Planning
public import Preprocessing
public import Tensors

/// What can go wrong between a trained model and a mask.
public enum InferenceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The model's folder lacks something.
  case model(path: String, problem: String)
  /// The model's plans cannot be used.
  case planning(PlanningError)
  /// The model's dataset description, or an image, cannot be used.
  case dataset(DatasetError)
  /// An image does not fit the model.
  case preprocessing(PreprocessingError)
  /// The network could not be computed.
  case tensors(TensorError)
  /// The network's results are not finite numbers.
  case notFinite(id: String)
  /// A network needs more memory than there is.
  case networkMemory(path: String, neededBytes: Int, availableBytes: Int)
  /// A case needs more memory than there is.
  case memory(id: String, neededBytes: Int, availableBytes: Int)
  /// A cascade's second stage has no mask of the first.
  case noPreviousMask(id: String, stage: String)
  /// A result could not be written.
  case unwritable(path: String, reason: String)

  /// What is wrong, where, and what to do, on one line.
  public var description: String {
    switch self {
    case .model(let path, let problem): "\(path) is no model that can be used: \(problem)"
    case .planning(let error): error.description
    case .dataset(let error): error.description
    case .preprocessing(let error): error.description
    case .tensors(let error): error.description
    case .notFinite(let id):
      "case \(id): the network gives numbers that are not finite; check the image's intensities, "
        + "or predict with --precision float32"
    case .networkMemory(let path, let needed, let available):
      "\(path): the networks need about \(needed >> 20) MiB of memory, \(available >> 20) MiB are free; "
        + "close other programs, or give fewer --folds"
    case .memory(let id, let needed, let available):
      "case \(id) needs about \(needed >> 20) MiB of memory, \(available >> 20) MiB are free; "
        + "close other programs, or use a configuration with a larger spacing"
    case .noPreviousMask(let id, let stage):
      "case \(id): the model refines masks of \(stage), and there is none for this case; predict with "
        + "\(stage) first and give the folder of its masks"
    case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
    }
  }
}
