/// What a training run tells while it goes on, and asks.
public struct TrainingObserver {
  /// One training step.
  public struct Step: Sendable {
    /// The epoch, counted from 0.
    public var epoch: Int
    /// The step within the epoch, counted from 1.
    public var iteration: Int
    /// The loss.
    public var loss: Double
    /// Seconds since the step before it ended.
    public var seconds: Double
    /// Of these, seconds in which the network waited for its batch.
    public var waitingSeconds: Double
  }

  /// Called after every training step.
  public var step: (Step) -> Void = { _ in }
  /// Called after every epoch, with all epochs so far.
  public var epoch: ([EpochRecord]) -> Void = { _ in }
  /// Asked after every step whether to save and stop.
  public var shouldStop: () -> Bool = { false }

  /// An observer that looks away.
  public init() {}
}

/// How a training run ended.
public enum TrainingOutcome: Sendable {
  /// All epochs are done and the final checkpoint is written.
  case finished
  /// It was asked to stop; the state is saved and can be resumed.
  case interrupted(epoch: Int, iteration: Int)
}
