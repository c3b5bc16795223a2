internal import ElementaryFunctions
internal import Networks
internal import Parallelism
public import Tensors
public import Volumes

/// Learns to raise the resolution of images from images of high resolution alone.
///
/// First from differences of intensities; then, if wanted, a second network judges what is made. Averages of the weights over
/// the last thousand steps or so are what is used afterwards.
///
/// Equal images, settings, seeds and threads give equal weights, bit for bit, also when a run is stopped and gone on with.
public final class UpscalingTraining {
  /// How a run is followed and stopped.
  public struct Observer {
    /// Told about every record.
    public var record: (UpscalingRecord) -> Void = { _ in }
    /// Given all records whenever there is a new one.
    public var history: ([UpscalingRecord]) -> Void = { _ in }
    /// Told about every step made, of how many.
    public var step: (_ iteration: Int, _ count: Int) -> Void = { _, _ in }
    /// Asked after every step.
    public var shouldStop: () -> Bool = { false }
    /// How long a run goes on until its state is saved again.
    public var saveInterval = Duration.seconds(60)

    /// An observer of nothing.
    public init() {}
  }

  /// How a run ended.
  public enum Outcome: Sendable, Equatable {
    /// All steps are made.
    case finished
    /// It was asked to stop, and can be gone on with.
    case interrupted
  }

  /// The settings.
  public let settings: UpscalingSettings
  /// Decides every random choice.
  public let seed: UInt64
  let generator: Generator
  let discriminator: Discriminator
  let perceptualLoss: PerceptualLoss?
  let device: Device
  var optimiser: Adam
  var judgeOptimiser: Adam
  /// Running averages of the generator's weights.
  var averages: [[Float]]
  /// Steps made.
  public internal(set) var iteration = 0
  var sums = UpscalingSums()
  /// The records so far.
  public internal(set) var history: [UpscalingRecord] = []
  private let pairs: PatchPairs

  /// The share of the averages that a step leaves as it is.
  private static let persistence: Float = 0.999
  /// Steps of a record.
  private static let recordLength = 50
  /// The largest norm of the generator's gradients.
  private static let gradientLimit = 1.0

  /// A run at its start.
  ///
  /// - Parameters:
  ///   - images: Images of high resolution, on the scale of ``IntensityScale``.
  ///   - settings: The settings.
  ///   - seed: Decides every random choice.
  ///   - perceptualLoss: What the adversarial stage learns from besides, if anything.
  ///   - precision: The number format of activations; nil takes the fastest.
  /// - Throws: ``UpscalingError/tensors(_:)``.
  public init(
    _ images: [VoxelArray<Float>], settings: UpscalingSettings, seed: UInt64,
    perceptualLoss: PerceptualLoss? = nil, precision: Precision? = nil
  ) throws(UpscalingError) {
    self.settings = settings
    self.perceptualLoss = perceptualLoss
    self.seed = seed
    do throws(TensorError) { device = try Device(precision: precision) } catch {
      throw .tensors(error)
    }
    pairs = PatchPairs(images, settings: settings, seed: seed)
    generator = Generator(settings.architecture)
    generator.initialise(seed: seed)
    discriminator = Discriminator(features: settings.discriminatorFeatures)
    discriminator.initialise(seed: seed &+ 1)
    optimiser = Adam(learningRate: settings.learningRate, decayRates: (0.9, 0.99))
    judgeOptimiser = Adam(
      learningRate: settings.adversarialLearningRate, decayRates: (0.9, 0.99))
    averages = generator.parameters.map(\.values)
  }

  /// Steps of both stages.
  public var stepCount: Int { settings.iterations + settings.adversarialIterations }

  var stage: UpscalingRecord.Stage {
    iteration < settings.iterations ? .reconstruction : .adversarial
  }

  /// Makes the steps that are left.
  ///
  /// - Parameters:
  ///   - observer: Follows the run.
  ///   - endOfStage: Called when a stage has made all its steps.
  ///   - save: Called after every step.
  /// - Returns: How the run ended.
  /// - Throws: ``UpscalingError``.
  package func run(
    _ observer: Observer, endOfStage: (UpscalingRecord.Stage) throws(UpscalingError) -> Void,
    save: () throws(UpscalingError) -> Void
  ) throws(UpscalingError) -> Outcome {
    let clock = ContinuousClock()
    while iteration < stepCount {
      let (start, stage) = (clock.now, stage)
      try step()
      iteration += 1
      sums.seconds += (clock.now - start) / .seconds(1)
      observer.step(iteration, stepCount)
      if sums.steps == Self.recordLength || iteration == settings.iterations
        || iteration == stepCount
      {
        observer.record(closeRecord(stage))
        observer.history(history)
        if let problem = Self.defect(of: history) {
          throw .diverged(iteration: iteration, problem: problem)
        }
      }
      if iteration == settings.iterations || iteration == stepCount { try endOfStage(stage) }
      try save()
      if observer.shouldStop() { return .interrupted }
    }
    return .finished
  }

  private func closeRecord(_ stage: UpscalingRecord.Stage) -> UpscalingRecord {
    let steps = Double(max(1, sums.steps))
    let record = UpscalingRecord(
      iteration: iteration, stage: stage, learningRate: optimiser.learningRate,
      absolute: sums.absolute / steps, interpolated: sums.interpolated / steps,
      generator: sums.generator / steps, discriminator: sums.discriminator / steps,
      seconds: sums.seconds)
    history.append(record)
    sums = UpscalingSums()
    return record
  }

  // MARK: Steps

  private func step() throws(UpscalingError) {
    let batch = pairs.batch(iteration: iteration)
    switch stage {
    case .reconstruction:
      let share = Double(iteration) / Double(settings.iterations)
      optimiser.learningRate =
        settings.learningRate * 0.5 * (1 + cosine(Double.pi * share))
      try reconstruct(batch)
    case .adversarial:
      optimiser.learningRate = settings.adversarialLearningRate
      try judge(batch)
      if iteration - settings.iterations >= settings.adversarialWarmUp { try reconstruct(batch) }
    }
    sums.steps += 1
    // The first averages would else be little but the random start.
    let share = max(1 - Self.persistence, 9 / Float(10 + iteration))
    for (index, parameter) in generator.parameters.enumerated() {
      parameter.withValues { values in
        for place in values.indices {
          averages[index][place] += share * (values[place] - averages[index][place])
        }
      }
    }
    do throws(TensorError) { try device.throwFailure() } catch { throw .tensors(error) }
  }

  func shape(_ batch: PatchPairs.Batch, _ shape: Shape3) -> TensorShape {
    TensorShape(batch: batch.count, channels: 1, size: Size3(shape.lengths))
  }

  /// What is made of coarse patches, in numbers.
  func reconstruction(_ batch: PatchPairs.Batch, _ output: Tensor) -> [Float] {
    output.withLogits { residuals in zip(batch.interpolated, residuals).map { $0 + $1 } }
  }

  /// A step of the network that raises the resolution.
  private func reconstruct(_ batch: PatchPairs.Batch) throws(UpscalingError) {
    let tape = Tape()
    let output = generator(
      Tensor(
        batch.coarse, shape: shape(batch, batch.coarseShape), on: device, recordingOn: tape))
    let image = reconstruction(batch, output)
    let absolute = PixelLoss.absolute(image, batch.fine)
    var gradient = absolute.gradient
    if settings.gradientWeight > 0 {
      let other = PixelLoss.differences(image, batch.fine, shape: batch.fineShape)
      let weight = Float(settings.gradientWeight)
      for index in gradient.indices { gradient[index] += weight * other.gradient[index] }
    }
    var terms = [LossTerm(output, gradient: gradient)]
    if stage == .adversarial { terms += judgement(of: output, batch) }
    let gradients = tape.gradients(of: terms)
    let norm = gradients.norm(of: generator.parameters)
    guard absolute.value.isFinite, norm.isFinite else {
      throw .diverged(
        iteration: iteration,
        problem: "its numbers are no longer finite; a smaller learning_rate may help")
    }
    optimiser.update(
      generator.parameters, with: gradients, scaledBy: min(1, Self.gradientLimit / max(norm, 1e-12))
    )
    sums.absolute += absolute.value
    sums.interpolated += PixelLoss.absolute(batch.interpolated, batch.fine).value
  }
}
