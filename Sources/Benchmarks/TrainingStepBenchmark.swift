public import Datasets
public import Inference
import Networks
import Parallelism
public import Planning
import RandomNumbers
public import Tensors

/// Times training steps of a plan's network on random patches, without the loading of data.
///
/// Beside the steps, every convolution that oneDNN computes in them is timed alone: a step cannot be shorter than their sum.
public struct TrainingStepBenchmark: Sendable {
  /// How it is timed.
  public struct Settings: Sendable {
    /// Steps whose median counts.
    public var steps = 5
    /// Steps before them.
    public var warmUpSteps = 2
    /// Patches of a step; nil takes the plan's.
    public var batchSize: Int?
    /// The number format of activations; nil takes what the processor is good at.
    public var precision: Precision?

    /// Five steps after two.
    public init() {}
  }

  /// What was measured.
  public struct Result: Sendable {
    /// The patch (z, y, x), or (y, x).
    public let patchSize: [Int]
    /// Channels of the network's input, those of a previous stage's masks included.
    public let inputChannels: Int
    /// Patches of a step.
    public let batchSize: Int
    /// The number format.
    public let precision: Precision
    /// The median of the steps in seconds.
    public let secondsPerStep: Double
    /// Every timed step in seconds.
    public let steps: [Double]
    /// The sum of a step's convolutions, each timed alone, in seconds.
    public let convolutionSeconds: Double
    /// The sum by pass: forward, gradient of the input, gradient of the weights.
    public let convolutionSecondsByPass: [String: Double]
    /// Largest number of bytes of tensors alive at one time.
    public let peakTensorBytes: Int
    /// Largest number of bytes of the whole process.
    public let peakProcessBytes: Int
  }

  /// The configuration to time.
  public let configuration: Configuration
  /// The labels, which say how many classes there are and, in a cascade, masks of the previous stage.
  public let labels: LabelSet
  /// How it is timed.
  public let settings: Settings

  /// A benchmark of a configuration.
  public init(_ configuration: Configuration, labels: LabelSet, settings: Settings = Settings()) {
    self.configuration = configuration
    self.labels = labels
    self.settings = settings
  }

  /// Runs it.
  ///
  /// - Throws: `InferenceError` if the network cannot be built or computed, or does not fit into memory.
  public func run() throws(InferenceError) -> Result {
    if let defect = architecture.defect { throw .model(path: "the plan", problem: defect) }
    let batch = Double(settings.batchSize ?? configuration.batchSize)
    let patch = configuration.patchSize.reduce(1) { $0 * Double($1) }
    let elements = configuration.architecture.featureMapElements(
      patch: configuration.patchSize, classes: labels.heads.count)
    // Less than a step takes: what cannot succeed is refused before it is tried.
    try checkMemory(
      for: "random batch",
      bytes: 2 * batch * Double(elements)
        + 4 * batch * patch * Double(architecture.inputChannels))
    do throws(TensorError) { return try measure() } catch { throw .tensors(error) }
  }

  private var architecture: UNetArchitecture {
    UNetArchitecture(
      configuration, inputChannels: configuration.inputChannels(for: labels),
      classes: labels.heads.count)
  }

  private func measure() throws(TensorError) -> Result {
    let device = try Device(precision: settings.precision)
    let classes = labels.heads.count
    let channels = architecture.inputChannels
    let network = UNet(architecture)
    network.initialise(seed: 1)
    let parameters = network.parameters
    let batch = settings.batchSize ?? configuration.batchSize
    let weights = SegmentationLoss.deepSupervisionWeights(levels: network.levels)
    let levels = weights.filter { $0 != 0 }.count
    let criterion = SegmentationLoss(
      batchDice: configuration.usesBatchDice, levelWeights: weights)
    var optimiser = GradientDescent()
    let size = Size3((configuration.dimensions == 2 ? [1] : []) + configuration.patchSize)
    let shape = TensorShape(batch: batch, channels: channels, size: size)
    var generator = SplitMix64(seed: 2)
    let images = (0..<shape.count).map { _ in generator.uniform(-2...2) }
    var targets: [LabelBatch] = []
    var levelSize = size.lengths
    for level in 0..<levels {
      if level > 0 {
        let strides = configuration.architecture.strides[level]
        let all = (strides.count == 2 ? [1] : []) + strides
        levelSize = zip(levelSize, all).map { $0 / $1 }
      }
      let levelShape = Size3(levelSize)
      targets.append(
        LabelBatch(
          batch: batch, size: levelShape,
          labels: (0..<batch * levelShape.count).map { _ in
            Int16(generator.next() % UInt64(classes))
          }))
    }
    var seconds: [Double] = []
    for step in 0..<settings.warmUpSteps + settings.steps {
      if step == settings.warmUpSteps { device.clearConvolutionCounts() }
      let start = monotonicSeconds()
      let logits = network(
        Tensor(images, shape: shape, on: device, recordingOn: Tape()), levels: levels)
      let loss = criterion(logits, targets)
      let gradients = loss.gradients()
      let norm = gradients.norm(of: parameters)
      optimiser.update(parameters, with: gradients, scaledBy: min(1, 12 / (norm + 1e-6)))
      try device.throwFailure()
      if step >= settings.warmUpSteps { seconds.append(monotonicSeconds() - start) }
    }
    let timings = try device.timeConvolutions(repetitions: 3, now: monotonicSeconds)
    var passes: [String: Double] = [:]
    for timing in timings {
      let share = timing.seconds * Double(timing.executions) / Double(settings.steps)
      passes[timing.pass, default: 0] += share
    }
    return Result(
      patchSize: configuration.patchSize, inputChannels: channels, batchSize: batch,
      precision: device.precision,
      secondsPerStep: median(seconds), steps: seconds,
      convolutionSeconds: passes.values.reduce(0, +), convolutionSecondsByPass: passes,
      peakTensorBytes: device.peakTensorBytes, peakProcessBytes: SystemMemory.peakResident)
  }
}

extension ConvolutionTiming {
  /// The pass that the kernel belongs to, the first words of its name.
  fileprivate var pass: String {
    for pass in ["forward", "input gradient", "weight gradient"] where name.hasPrefix(pass) {
      return pass
    }
    return "other"
  }
}
