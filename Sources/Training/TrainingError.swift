public import Augmentation
public import Evaluation
public import Inference
public import Planning
public import Preprocessing
public import Tensors

/// What can go wrong while a network is trained.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The plan does not have what was asked for.
  case planning(PlanningError)
  /// The plan's network cannot be built.
  case architecture(configuration: String, problem: String)
  /// A preprocessed case cannot be used.
  case preprocessing(PreprocessingError)
  /// The plan's patch, or the settings, do not fit the augmentation.
  case augmentation(AugmentationError)
  /// The network could not be computed.
  case tensors(TensorError)
  /// Validation images could not be segmented.
  case inference(InferenceError)
  /// Validation results could not be scored.
  case evaluation(EvaluationError)
  /// A setting has a value that makes no sense.
  case setting(name: String, problem: String)
  /// There is nothing to learn from.
  case noTrainingCases
  /// A cascade's second stage is trained without the masks of the first.
  case noPreviousMasks(configuration: String, stage: String)
  /// A case's labels have a value that the dataset does not describe.
  case unknownLabel(id: String, value: Int)
  /// A step needs more memory than there is.
  case memory(neededBytes: Int, availableBytes: Int)
  /// The loss is not a finite number.
  case diverged(epoch: Int, iteration: Int)
  /// A checkpoint cannot be read, or is of another run.
  case checkpoint(path: String, problem: String)
  /// Weights to start from cannot be used.
  case pretrained(path: String, problem: String)
  /// A file could not be written.
  case unwritable(path: String, reason: String)

  /// What is wrong, where, and what to do, on one line.
  public var description: String {
    switch self {
    case .planning(let error): error.description
    case .architecture(let configuration, let problem):
      "the plan's configuration \(configuration) cannot be built: \(problem)"
    case .preprocessing(let error): error.description
    case .augmentation(let error): error.description
    case .tensors(let error): error.description
    case .inference(let error): error.description
    case .evaluation(let error): error.description
    case .setting(let name, let problem): "\(name) \(problem)"
    case .noTrainingCases: "the fold has no training case; check splits_final.json"
    case .noPreviousMasks(let configuration, let stage):
      "\(configuration) refines the masks of \(stage), which are not given"
    case .unknownLabel(let id, let value):
      "case \(id) has label \(value), which dataset.json does not describe; run delineate check"
    case .memory(let needed, let available):
      "a training step needs about \(needed >> 20) MiB of memory, \(available >> 20) MiB are free; "
        + "give a smaller --batch-size, or plan with less --memory"
    case .diverged(let epoch, let iteration):
      "the loss is not finite in epoch \(epoch), iteration \(iteration); check the images for "
        + "extreme intensities, or lower the learning rate; the last checkpoint is kept"
    case .checkpoint(let path, let problem): "\(path) cannot be continued from: \(problem)"
    case .pretrained(let path, let problem): "\(path) cannot be started from: \(problem)"
    case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
    }
  }
}
