public import Augmentation
import ElementaryFunctions
public import Tensors

/// How long and how a network is trained; the defaults are nnU-Net's.
public struct TrainingSettings: Sendable {
  /// Number of epochs.
  public var epochs = 1000
  /// Training steps of an epoch.
  public var iterationsPerEpoch = 250
  /// Batches at the end of an epoch that the network is scored on.
  public var validationIterations = 50
  /// Patches of a step; nil takes the plan's.
  public var batchSize: Int?
  /// Start of all random numbers; the same seed, threads and kind of machine give the same weights, bit for bit.
  public var seed: UInt64 = 1
  /// The number format of activations; nil takes bfloat16 where the processor has instructions for it.
  public var precision: Precision?
  /// The learning rate of the first epoch; it falls as (1 - epoch / epochs)^0.9.
  public var initialLearningRate = 0.01
  /// The share of the last step's direction that is kept.
  public var momentum = 0.99
  /// The factor of each weight that is added to its gradient.
  public var weightDecay = 3e-5
  /// Gradients of a larger norm are scaled down to it.
  public var gradientNormLimit = 12.0
  /// Probabilities and ranges of the augmentations.
  public var augmentation = AugmentationSettings()
  /// Weights to start from in place of random ones.
  public var pretrained: PretrainedWeights?
  /// Whether the encoder keeps the ``pretrained`` weights, bit for bit, and only the decoder learns.
  public var freezesEncoder = false
  /// Epochs without a running Dice better than all before after which training ends early; nil makes all epochs.
  ///
  /// The learning rate falls as if all ``epochs`` were made.
  public var patience: Int?
  /// Errors that are made in the masks of a cascade's previous stage.
  public var maskErrors = RandomMaskErrors()
  /// Whether the probabilities of the validation cases are saved beside their masks, as nnU-Net's `--npz` does.
  ///
  /// A run that was started with it keeps it when it is resumed.
  public var savesProbabilities = false
  /// Seconds after which the state is saved again; it is also saved at the end.
  public var saveInterval = 60.0

  /// nnU-Net's settings.
  public init() {}

  /// What makes no sense, or nil.
  var defect: TrainingError? {
    if epochs < 1 { return .setting(name: "epochs", problem: "must be at least 1, not \(epochs)") }
    if iterationsPerEpoch < 1 {
      return .setting(
        name: "iterations", problem: "must be at least 1 an epoch, not \(iterationsPerEpoch)")
    }
    if validationIterations < 1 {
      return .setting(
        name: "validation iterations",
        problem: "must be at least 1 an epoch, not \(validationIterations)")
    }
    if let batchSize, batchSize < 1 {
      return .setting(name: "batch size", problem: "must be at least 1, not \(batchSize)")
    }
    if let patience, patience < 1 {
      return .setting(name: "patience", problem: "must be at least 1 epoch, not \(patience)")
    }
    if freezesEncoder, pretrained == nil {
      return .setting(
        name: "a frozen encoder", problem: "needs pretrained weights; random ones see nothing")
    }
    if !(initialLearningRate > 0 && initialLearningRate.isFinite) {
      return .setting(
        name: "learning rate", problem: "must be positive, not \(initialLearningRate)")
    }
    if !(0..<1 ~= momentum) {
      return .setting(name: "momentum", problem: "must be at least 0 and below 1, not \(momentum)")
    }
    if !(weightDecay >= 0 && weightDecay.isFinite) {
      return .setting(name: "weight decay", problem: "must be at least 0, not \(weightDecay)")
    }
    if !(gradientNormLimit > 0) {
      return .setting(
        name: "gradient norm", problem: "must be limited to more than 0, not \(gradientNormLimit)")
    }
    return nil
  }

  /// The learning rate of an epoch.
  package func learningRate(epoch: Int) -> Double {
    initialLearningRate * power(1 - Double(epoch) / Double(epochs), 0.9)
  }
}
