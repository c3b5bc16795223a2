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
  /// Number of classes, background included.
  public let classes: Int
  /// How it is timed.
  public let settings: Settings

  /// A benchmark of a configuration.
  public init(_ configuration: Configuration, classes: Int, settings: Settings = Settings()) {
    precondition(classes >= 2, "\(classes) classes leave nothing to tell apart")
    self.configuration = configuration
    self.classes = classes
    self.settings = settings
  }

  /// Runs it.
  ///
  /// - Throws: `InferenceError` if the network cannot be built or computed.
  public func run() throws(InferenceError) -> Result {
    do throws(TensorError) { return try measure() } catch { throw .tensors(error) }
  }

  private func measure() throws(TensorError) -> Result {
    let device = try Device(precision: settings.precision)
    let channels = configuration.normalizationSchemes.count
    let network = UNet(
      UNetArchitecture(configuration, inputChannels: channels, classes: classes))
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
      patchSize: configuration.patchSize, batchSize: batch, precision: device.precision,
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
