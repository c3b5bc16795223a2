import Augmentation
import FileOutput
import Inference
import Networks
import Parallelism
import Planning
import Preprocessing
import Tensors
import Volumes

/// One run of a trainer: network, optimiser and how far it has come.
package final class TrainingRun {
  let trainer: Trainer
  let source: BatchSource
  let checkpoints: CheckpointFolder
  let device: Device
  let network: UNet
  /// Whether it was asked for when the run was started or resumed.
  var savesProbabilities: Bool
  /// Digest of the weights that the run started from; nil for random ones.
  var pretrainedDigest: String?
  private let criterion: SegmentationLoss
  private let parameters: [Parameter]
  var optimiser: GradientDescent
  var progress = TrainingProgress()
  private var lastSave = monotonicSeconds()
  /// For every case, first those to learn from, a digest of its numbers, a blank and its name.
  private(set) lazy var caseDigests = [BatchSource.Purpose.training, .validation].flatMap {
    (source.cases[$0] ?? []).map { "\($0.contentDigest) \($0.id)" }
  }

  init(_ trainer: Trainer, source: BatchSource, folder: String) throws(TrainingError) {
    self.trainer = trainer
    self.source = source
    savesProbabilities = trainer.settings.savesProbabilities
    try trainer.checkMemory(available: SystemMemory.available)
    checkpoints = CheckpointFolder(folder)
    removeAbandonedFiles(in: folder)
    do throws(TensorError) {
      device = try Device(precision: trainer.settings.precision)
    } catch {
      throw .tensors(error)
    }
    var network = UNet(trainer.architecture)
    network.isEncoderFrozen = trainer.settings.freezesEncoder
    self.network = network
    parameters = network.parameters
    criterion = SegmentationLoss(
      trainer.numbering.channels, batchDice: trainer.configuration.usesBatchDice,
      levelWeights: SegmentationLoss.deepSupervisionWeights(
        levels: trainer.supervision.shapes.count))
    optimiser = GradientDescent(
      learningRate: trainer.settings.initialLearningRate, momentum: trainer.settings.momentum,
      weightDecay: trainer.settings.weightDecay)
  }

  /// Random or pretrained weights; earlier checkpoints go, so that none of another run is taken up by mistake.
  func begin() throws(TrainingError) {
    network.initialise(seed: trainer.settings.seed)
    try loadPretrained()
    try checkpoints.removeAll()
  }

  private func loadPretrained() throws(TrainingError) {
    guard let pretrained = trainer.settings.pretrained, let takesHeads = trainer.takesHeads else {
      return
    }
    pretrainedDigest = try pretrained.load(into: network, takingHeads: takesHeads)
  }

  /// What a run that was resumed has left to do.
  enum Remainder {
    case finished
    case epochs
  }

  /// The last saved state, or random weights where there is none.
  func resume() throws(TrainingError) -> Remainder {
    // Other weights to start from would have made another run.
    try loadPretrained()
    if checkpoints.exists(.final) {
      try checkpoints.load(.final, into: self)
      return .finished
    }
    // The best state is a whole one, too; it is there from the first epoch on.
    for kind in [ModelFolder.Checkpoint.latest, .best] where checkpoints.exists(kind) {
      try checkpoints.load(kind, into: self)
      lastSave = monotonicSeconds()
      return .epochs
    }
    try begin()
    return .epochs
  }

  /// All epochs that are left.
  func run(_ observer: TrainingObserver) throws(TrainingError) -> TrainingOutcome {
    let settings = trainer.settings
    while !settings.isFinished(after: progress.history) {
      optimiser.learningRate = settings.learningRate(epoch: progress.epoch)
      var started = monotonicSeconds()
      while progress.iteration < settings.iterationsPerEpoch {
        let stepStarted = monotonicSeconds()
        let (loss, waiting) = try step()
        progress.lossSum += loss
        progress.iteration += 1
        let now = monotonicSeconds()
        progress.seconds += now - started
        started = now
        observer.step(
          TrainingObserver.Step(
            epoch: progress.epoch, iteration: progress.iteration, loss: loss,
            seconds: now - stepStarted, waitingSeconds: waiting))
        if observer.shouldStop() { return try interrupt() }
        if now - lastSave > settings.saveInterval { try save() }
      }
      guard let score = try validate(observer) else { return try interrupt() }
      progress.seconds += monotonicSeconds() - started
      try finishEpoch(score)
      observer.epoch(progress.history)
      if monotonicSeconds() - lastSave > settings.saveInterval { try save() }
    }
    try checkpoints.save(.final, of: self)
    try checkpoints.remove(.latest)
    return .finished
  }

  private func save() throws(TrainingError) {
    try checkpoints.save(.latest, of: self)
    lastSave = monotonicSeconds()
  }

  private func interrupt() throws(TrainingError) -> TrainingOutcome {
    try save()
    return .interrupted(epoch: progress.epoch, iteration: progress.iteration)
  }

  // MARK: One step

  /// - Returns: The loss, and the seconds in which the batch was made.
  private func step() throws(TrainingError) -> (loss: Double, waiting: Double) {
    let began = monotonicSeconds()
    let batch = source.batch(
      at: BatchSource.Place(
        purpose: .training, epoch: progress.epoch, iteration: progress.iteration))
    let waiting = monotonicSeconds() - began
    let logits = network(
      input(batch, recordingOn: Tape()), levels: batch.targets.count)
    let loss = criterion(logits, batch.targets)
    let gradients = loss.gradients()
    let norm = gradients.norm(of: parameters)
    do throws(TensorError) { try device.throwFailure() } catch { throw .tensors(error) }
    guard loss.value.isFinite, norm.isFinite else {
      throw .diverged(epoch: progress.epoch, iteration: progress.iteration)
    }
    // PyTorch's clip_grad_norm_ adds the same small number.
    let factor = min(1, trainer.settings.gradientNormLimit / (norm + 1e-6))
    optimiser.update(parameters, with: gradients, scaledBy: factor)
    return (loss.value, waiting)
  }

  private func input(_ batch: TrainingBatch, recordingOn tape: Tape?) -> Tensor {
    batch.images.withUnsafeBufferPointer {
      Tensor(
        $0,
        shape: TensorShape(
          batch: source.batchSize, channels: source.pipeline.inputChannelCount,
          size: Size3(source.geometry.finalShape.lengths)),
        on: device, recordingOn: tape)
    }
  }

  // MARK: Scoring

  /// The mean loss and the counts over the validation batches; nil if the observer wants to stop.
  private func validate(
    _ observer: TrainingObserver
  ) throws(TrainingError) -> (loss: Double, dice: [Double])? {
    var counts = PatchOverlap(
      classes: trainer.architecture.classes, trainer.numbering.channels)
    var losses = 0.0
    let iterations = trainer.settings.validationIterations
    for iteration in 0..<iterations {
      let batch = source.batch(
        at: BatchSource.Place(
          purpose: .validation, epoch: progress.epoch, iteration: iteration))
      let logits = network(input(batch, recordingOn: nil), levels: batch.targets.count)
      losses += criterion(logits, batch.targets).value
      counts.add(logits[0], batch.targets[0])
      do throws(TensorError) { try device.throwFailure() } catch { throw .tensors(error) }
      if observer.shouldStop() { return nil }
    }
    return (losses / Double(iterations), counts.dice)
  }

  /// 0.9 of the last running Dice plus 0.1 of the new mean; either alone where the other is not a number.
  package static func runningDice(after last: Double?, mean: Double) -> Double {
    guard let last, !last.isNaN else { return mean }
    return mean.isNaN ? last : 0.9 * last + 0.1 * mean
  }

  private func finishEpoch(_ score: (loss: Double, dice: [Double])) throws(TrainingError) {
    let defined = score.dice.filter { !$0.isNaN }
    let mean = defined.isEmpty ? .nan : defined.reduce(0, +) / Double(defined.count)
    let running = Self.runningDice(after: progress.history.last?.runningDice, mean: mean)
    progress.history.append(
      EpochRecord(
        epoch: progress.epoch, learningRate: optimiser.learningRate,
        trainingLoss: progress.lossSum / Double(trainer.settings.iterationsPerEpoch),
        validationLoss: score.loss, dice: score.dice, meanDice: mean, runningDice: running,
        seconds: progress.seconds))
    progress.iteration = 0
    progress.lossSum = 0
    progress.seconds = 0
    if running > progress.bestDice || !checkpoints.exists(.best) {
      progress.bestDice = max(progress.bestDice, running)
      try checkpoints.save(.best, of: self)
    }
    try checkpoints.writeLog(progress.history)
  }
}
