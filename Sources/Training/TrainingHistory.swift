public import JSONDocuments

/// What one epoch brought.
public struct EpochRecord: Sendable, Equatable {
  /// The epoch, counted from 0.
  public var epoch: Int
  /// Its learning rate.
  public var learningRate: Double
  /// Mean loss of its training steps.
  public var trainingLoss: Double
  /// Mean loss of its validation batches.
  public var validationLoss: Double
  /// Dice of each foreground class over all voxels of the validation batches; NaN where the class is neither there nor predicted.
  public var dice: [Double]
  /// Mean of those that are numbers.
  public var meanDice: Double
  /// Running mean of ``meanDice``: 0.9 of the last plus 0.1 of this.
  public var runningDice: Double
  /// Seconds it took, validation included, since the program was started or resumed.
  public var seconds: Double
}

extension EpochRecord {
  /// The record as a line of `training_log.jsonl`; what is not a number is null.
  public var document: JSONValue {
    [
      "epoch": .integer(epoch), "learning_rate": .number(learningRate),
      "train_loss": Self.field(trainingLoss), "validation_loss": Self.field(validationLoss),
      "dice_per_class": .array(dice.map(Self.field)), "mean_dice": Self.field(meanDice),
      "ema_dice": Self.field(runningDice), "seconds": .number(seconds),
    ]
  }

  /// Reads a line of `training_log.jsonl`; nil if it is none.
  package init?(_ document: JSONValue) {
    guard let epoch = document["epoch"]?.int, let rate = document["learning_rate"]?.double,
      let training = document["train_loss"].flatMap(Self.number),
      let validation = document["validation_loss"].flatMap(Self.number),
      let dice = document["dice_per_class"]?.array?.map(Self.number),
      let mean = document["mean_dice"].flatMap(Self.number),
      let running = document["ema_dice"].flatMap(Self.number),
      let seconds = document["seconds"]?.double
    else { return nil }
    self.init(
      epoch: epoch, learningRate: rate, trainingLoss: training, validationLoss: validation,
      dice: dice.compactMap { $0 }, meanDice: mean, runningDice: running, seconds: seconds)
    guard self.dice.count == dice.count else { return nil }
  }

  /// Strict readers of JSON know no NaN.
  private static func field(_ value: Double) -> JSONValue { value.isNaN ? .null : .number(value) }

  private static func number(_ value: JSONValue) -> Double? {
    value == .null ? .nan : value.double
  }
}

/// How far a run has come; with the weights and the optimiser's directions it is all that goes on.
///
/// Random numbers have no state of their own: every sample's follow from seed, epoch, iteration and place in the batch.
public struct TrainingProgress: Sendable, Equatable {
  /// The finished epochs.
  public var history: [EpochRecord] = []
  /// Training steps made in the current epoch.
  public var iteration = 0
  /// Sum of their losses.
  public var lossSum = 0.0
  /// The largest running Dice so far.
  public var bestDice = -Double.infinity
  /// Seconds spent in the current epoch before the program was stopped.
  public var seconds = 0.0

  /// The current epoch, counted from 0.
  public var epoch: Int { history.count }

  /// The start of a run.
  public init() {}
}

extension TrainingProgress {
  var document: JSONValue {
    [
      "iteration": .integer(iteration), "loss_sum": .number(lossSum),
      "best_dice": .number(bestDice), "seconds": .number(seconds),
      "history": .array(history.map(\.document)),
    ]
  }

  init?(_ document: JSONValue) {
    guard let iteration = document["iteration"]?.int, iteration >= 0,
      let sum = document["loss_sum"]?.double, let best = document["best_dice"]?.double,
      let seconds = document["seconds"]?.double, let entries = document["history"]?.array
    else { return nil }
    for entry in entries {
      guard let record = EpochRecord(entry) else { return nil }
      history.append(record)
    }
    self.iteration = iteration
    lossSum = sum
    bestDice = best
    self.seconds = seconds
  }
}
