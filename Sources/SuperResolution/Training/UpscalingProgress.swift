public import JSONDocuments

/// What a number of steps brought, a line of `training_log.jsonl`.
public struct UpscalingRecord: Sendable, Equatable {
  /// What is learnt from.
  public enum Stage: String, Sendable, Equatable, CaseIterable {
    /// Differences of intensities.
    case reconstruction
    /// These, and the judgement of a second network.
    case adversarial
  }

  /// Steps made since the start of training.
  public var iteration: Int
  /// What was learnt from.
  public var stage: Stage
  /// The learning rate of the last step.
  public var learningRate: Double
  /// The mean absolute difference, on the scale where the intensities' range is about 1.
  public var absolute: Double
  /// The same for interpolation, which needs no network.
  public var interpolated: Double
  /// The generator's adversarial loss; 0 in the first stage.
  public var generator: Double
  /// The discriminator's.
  public var discriminator: Double
  /// Seconds that the steps took.
  public var seconds: Double

  /// The record as a line of `training_log.jsonl`.
  public var document: JSONValue {
    [
      "iteration": .integer(iteration), "stage": .string(stage.rawValue),
      "learning_rate": .number(learningRate), "absolute_difference": .number(absolute),
      "interpolation": .number(interpolated), "generator_loss": .number(generator),
      "discriminator_loss": .number(discriminator), "seconds": .number(seconds),
    ]
  }

  init?(_ document: JSONValue) {
    guard let iteration = document["iteration"]?.int,
      let stage = document["stage"]?.string.flatMap(Stage.init(rawValue:)),
      let rate = document["learning_rate"]?.double,
      let absolute = document["absolute_difference"]?.double,
      let interpolated = document["interpolation"]?.double,
      let generator = document["generator_loss"]?.double,
      let discriminator = document["discriminator_loss"]?.double,
      let seconds = document["seconds"]?.double
    else { return nil }
    self.init(
      iteration: iteration, stage: stage, learningRate: rate, absolute: absolute,
      interpolated: interpolated, generator: generator, discriminator: discriminator,
      seconds: seconds)
  }

  package init(
    iteration: Int, stage: Stage, learningRate: Double, absolute: Double, interpolated: Double,
    generator: Double, discriminator: Double, seconds: Double
  ) {
    self.iteration = iteration
    self.stage = stage
    self.learningRate = learningRate
    self.absolute = absolute
    self.interpolated = interpolated
    self.generator = generator
    self.discriminator = discriminator
    self.seconds = seconds
  }
}

/// Sums over the steps since the last record.
struct UpscalingSums: Equatable {
  var steps = 0
  var absolute = 0.0
  var interpolated = 0.0
  var generator = 0.0
  var discriminator = 0.0
  var seconds = 0.0

  var document: JSONValue {
    [
      "steps": .integer(steps), "absolute": .number(absolute),
      "interpolated": .number(interpolated), "generator": .number(generator),
      "discriminator": .number(discriminator), "seconds": .number(seconds),
    ]
  }

  init() {}

  init?(_ document: JSONValue) {
    guard let steps = document["steps"]?.int, let absolute = document["absolute"]?.double,
      let interpolated = document["interpolated"]?.double,
      let generator = document["generator"]?.double,
      let discriminator = document["discriminator"]?.double,
      let seconds = document["seconds"]?.double
    else { return nil }
    self.steps = steps
    self.absolute = absolute
    self.interpolated = interpolated
    self.generator = generator
    self.discriminator = discriminator
    self.seconds = seconds
  }
}
