import Training

/// What a person sees of a training: a line that renews itself on a terminal, a line per epoch elsewhere.
final class TrainingReport {
  private let console: Console
  private let settings: TrainingSettings?
  private let epochs: Int
  private let stepsPerEpoch: Int
  private var stepSeconds: Double?
  private var lossSum = 0.0
  private var dice = Double.nan

  init(_ console: Console, settings: TrainingSettings? = nil) {
    self.console = console
    self.settings = settings
    epochs = settings?.epochs ?? 0
    stepsPerEpoch = settings?.iterationsPerEpoch ?? 0
  }

  /// Tells the console, and asks for a stop when a signal has come.
  var observer: TrainingObserver {
    var observer = TrainingObserver()
    observer.step = { [self] in step($0) }
    observer.epoch = { [self] in epoch($0) }
    // Before the first step there is nothing to save, and a signal ends the program as any other.
    observer.shouldStop = {
      StopSignal.listen()
      return StopSignal.isRequested
    }
    return observer
  }

  private func step(_ step: TrainingObserver.Step) {
    // The mean forgets slowly: one slow step does not move the time left much.
    stepSeconds = stepSeconds.map { 0.95 * $0 + 0.05 * step.seconds } ?? step.seconds
    lossSum = step.iteration == 1 ? step.loss : lossSum + step.loss
    var text = "epoch \(step.epoch + 1)" + (epochs > 0 ? "/\(epochs)" : "")
    text += ", step \(step.iteration)" + (stepsPerEpoch > 0 ? "/\(stepsPerEpoch)" : "")
    text += ", loss \(fixed(lossSum / Double(step.iteration), 4)), Dice \(fixed(dice, 4))"
    if epochs > 0, let stepSeconds {
      let steps = (epochs - step.epoch) * stepsPerEpoch - step.iteration
      text += ", \(fixed(stepSeconds, 2)) s a step, \(duration(Double(steps) * stepSeconds)) left"
    }
    if StopSignal.isRequested { text += ", stopping" }
    console.live(text)
  }

  private func epoch(_ history: [EpochRecord]) {
    guard let last = history.last else { return }
    dice = last.runningDice
    // What follows has nothing to save either.
    if settings?.isFinished(after: history) == true { StopSignal.release() }
    var text = "epoch \(last.epoch + 1)" + (epochs > 0 ? "/\(epochs)" : "")
    text += ": loss \(fixed(last.trainingLoss, 4)), validation \(fixed(last.validationLoss, 4))"
    text += ", Dice \(last.dice.prefix(12).map { fixed($0, 3) }.joined(separator: " "))"
    if last.dice.count > 12 { text += " and \(last.dice.count - 12) more" }
    text += ", running Dice \(fixed(last.runningDice, 4)), \(duration(last.seconds))"
    if epochs > 0 {
      let recent = history.suffix(5).map(\.seconds)
      let mean = recent.reduce(0, +) / Double(recent.count)
      text += ", \(duration(mean * Double(epochs - last.epoch - 1))) left"
    }
    console.message(text)
  }
}
