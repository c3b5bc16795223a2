public import Datasets
public import Inference
import Networks
import Parallelism
import Planning
public import Preprocessing
import RandomNumbers
public import Tensors
public import Volumes

/// Times the segmentation of a random image with an untrained network of a plan.
public struct PredictionBenchmark: Sendable {
  /// How it is timed.
  public struct Settings: Sendable {
    /// Whether predictions of mirrored images are averaged.
    public var mirroring = true
    /// Distance of windows as a share of the window.
    public var step = 0.5
    /// The number format of activations; nil takes what the processor is good at.
    public var precision: Precision?

    /// nnU-Net's settings.
    public init() {}
  }

  /// What was measured.
  public struct Result: Sendable {
    /// Extent of the image.
    public let extent: Extent
    /// Channels of the network's input, those of a previous stage's masks included.
    public let inputChannels: Int
    /// Seconds of preprocessing, network and export.
    public let seconds: Double
    /// Largest number of bytes of the whole process.
    public let peakProcessBytes: Int
  }

  /// What brings images to the network.
  public let preprocessor: Preprocessor
  /// The labels.
  public let labels: LabelSet
  /// How it is timed.
  public let settings: Settings

  /// A benchmark of one configuration.
  public init(_ preprocessor: Preprocessor, labels: LabelSet, settings: Settings = Settings()) {
    self.preprocessor = preprocessor
    self.labels = labels
    self.settings = settings
  }

  /// Runs it once; in a cascade the previous stage's mask is of random labels.
  ///
  /// - Parameter extent: Extent of the image; nil takes the plan's median at the plan's spacing.
  /// - Returns: Time and memory.
  /// - Throws: `InferenceError` if the network cannot be computed, or the image does not fit into memory.
  public func run(on extent: Extent? = nil) throws(InferenceError) -> Result {
    let configuration = preprocessor.configuration
    let channels = configuration.normalizationSchemes.count
    let flat = configuration.dimensions == 2
    let backward = preprocessor.plan.transposeBackward
    let planned = (flat ? [1] : []) + configuration.medianShape.map { Int($0.rounded()) }
    let plannedSpacing = (flat ? [configuration.spacing[0]] : []) + configuration.spacing
    let shape = Shape3(planned).transposed(by: backward)
    let spacing = backward.map { plannedSpacing[$0] }
    let geometry = Geometry(
      extent: extent ?? shape.extent, spacing: Vector3(spacing[2], spacing[1], spacing[0]))
    let architecture = UNetArchitecture(
      configuration, inputChannels: configuration.inputChannels(for: labels),
      classes: labels.heads.count)
    if let defect = architecture.defect {
      throw .model(path: preprocessor.plan.source, problem: defect)
    }
    let size = geometry.extent
    try checkMemory(
      for: "random image",
      bytes: 4 * Double(channels) * Double(size.x) * Double(size.y) * Double(size.z))
    var generator = SplitMix64(seed: 3)
    let volumes = (0..<channels).map { _ in
      Volume(
        voxels: (0..<geometry.extent.count).map { _ in generator.uniform(1...1000) },
        geometry: geometry)
    }
    let values = labels.labels.map { LabelMap.Label($0) }
    let previous: LabelMap? =
      configuration.previousStage == nil
      ? nil
      : LabelMap(
        labels: (0..<geometry.extent.count).map { _ in
          values[Int(generator.next() % UInt64(values.count))]
        }, geometry: geometry)
    let network = UNet(architecture)
    network.initialise(seed: 1)
    let device: Device
    do throws(TensorError) { device = try Device(precision: settings.precision) } catch {
      throw .tensors(error)
    }
    let predictor = try Predictor(
      networks: [network], on: device, preprocessor: preprocessor, labels: labels,
      mirrorAxes: settings.mirroring ? Array(0..<configuration.dimensions) : [],
      step: settings.step)
    let start = monotonicSeconds()
    _ = try predictor.segment(CaseImages(channels: volumes), refining: previous)
    return Result(
      extent: geometry.extent, inputChannels: architecture.inputChannels,
      seconds: monotonicSeconds() - start,
      peakProcessBytes: SystemMemory.peakResident)
  }
}
