public import Datasets
public import Networks
import Parallelism
import Planning
public import Preprocessing
import Resampling
public import Tensors
public import Volumes

/// Segments images with trained networks.
public struct Predictor {
  /// How images are segmented.
  public struct Settings: Sendable {
    /// Whether predictions of mirrored images are averaged, along the axes that training mirrored.
    public var mirroring = true
    /// Distance of neighbouring windows as a share of the window, in (0, 1].
    public var step = 0.5
    /// The number format of activations; nil takes bfloat16 where the processor has instructions for it.
    public var precision: Precision?

    /// nnU-Net's settings.
    public init() {}
  }

  /// What brings images to the network.
  public let preprocessor: Preprocessor
  package let slidingWindow: SlidingWindow
  package let export: LabelExport
  /// The labels of the previous stage's masks that are channels of the input; none without a previous stage.
  package let previousStageLabels: [Int16]

  /// Number of classes or regions.
  package var classes: Int { slidingWindow.classes }

  /// A predictor with the folds of a model.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - folds: The folds whose logits are averaged; nil takes all that have the checkpoint.
  ///   - checkpoint: Which weights.
  ///   - settings: Mirroring, step, precision.
  /// - Throws: ``InferenceError`` if weights are missing or damaged.
  public init(
    _ model: ModelFolder, folds: [Fold]? = nil, checkpoint: ModelFolder.Checkpoint = .final,
    settings: Settings = Settings()
  ) throws(InferenceError) {
    let chosen = folds ?? model.folds(with: checkpoint)
    guard !chosen.isEmpty else {
      throw .model(
        path: model.path,
        problem:
          "no fold has a \(checkpoint.fileName); train it first, or choose another checkpoint")
    }
    var weights: [TrainedWeights] = []
    for fold in chosen { weights.append(try model.weights(of: fold, checkpoint)) }
    if let other = weights.first(where: { $0.configurationName != weights[0].configurationName }) {
      throw .model(
        path: model.path,
        problem: "its folds are of different configurations, \(weights[0].configurationName) and "
          + other.configurationName)
    }
    let preprocessor: Preprocessor
    do throws(PreprocessingError) {
      preprocessor = try Preprocessor(
        model.plan, configuration: weights[0].configurationName)
    } catch {
      throw .preprocessing(error)
    }
    let device: Device
    do throws(TensorError) { device = try Device(precision: settings.precision) } catch {
      throw .tensors(error)
    }
    try self.init(
      networks: weights.map(\.network), on: device, preprocessor: preprocessor,
      labels: model.description.labels,
      mirrorAxes: settings.mirroring ? weights[0].mirrorAxes : [], step: settings.step)
  }

  /// A predictor with networks in memory.
  ///
  /// - Parameters:
  ///   - networks: Networks of the configuration; their logits are averaged.
  ///   - device: What computes.
  ///   - preprocessor: What brings images to the network.
  ///   - labels: The dataset's labels.
  ///   - mirrorAxes: Axes of the patch that are mirrored.
  ///   - step: Distance of neighbouring windows as a share of the window.
  /// - Throws: ``InferenceError/preprocessing(_:)`` if the plan asks for an unknown interpolation.
  public init(
    networks: [UNet], on device: Device, preprocessor: Preprocessor, labels: LabelSet,
    mirrorAxes: [Int], step: Double = 0.5
  ) throws(InferenceError) {
    precondition(step > 0 && step <= 1, "a step of \(step) windows")
    self.preprocessor = preprocessor
    let configuration = preprocessor.configuration
    previousStageLabels = configuration.previousStageLabels(of: labels)
    let flat = configuration.dimensions == 2
    slidingWindow = SlidingWindow(
      networks: networks, device: device,
      window: Shape3((flat ? [1] : []) + configuration.patchSize), classes: labels.heads.count,
      mirrorAxes: mirrorAxes.map { flat ? $0 + 1 : $0 }, step: step)
    let scheme: ResamplingScheme
    do throws(ResamplingError) {
      scheme = try ResamplingScheme(configuration.probabilityResampling)
    } catch {
      throw .preprocessing(.resampling(error))
    }
    export = LabelExport(plan: preprocessor.plan, heads: labels.heads, scheme: scheme)
  }

  /// Segments an image.
  ///
  /// - Parameters:
  ///   - images: The channels as read.
  ///   - previous: For the second stage of a cascade the first one's mask, on the image's grid.
  ///   - id: The name of the case, for errors.
  ///   - progress: Called now and then with the share of windows that are done.
  /// - Returns: The mask on the image's grid.
  /// - Throws: ``InferenceError`` if the image does not fit the model or the network fails.
  public func segment(
    _ images: CaseImages, refining previous: LabelMap? = nil, id: String = "image",
    progress: @escaping (Double) -> Void = { _ in }
  ) throws(InferenceError) -> LabelMap {
    try segment(
      try preprocess(images, refining: previous, id: id), onto: images.geometry, id: id,
      progress: progress)
  }

  /// The case that the network reads; in a cascade its labels are the previous stage's mask.
  func preprocess(
    _ images: CaseImages, refining previous: LabelMap?, id: String
  ) throws(InferenceError) -> PreprocessedCase {
    let previous = preprocessor.configuration.previousStage == nil ? nil : previous
    if let previous, previous.extent != images.geometry.extent {
      throw .dataset(
        .gridMismatch(
          id: id, path: "the previous stage's mask", expected: "\(images.geometry.extent) voxels",
          found: "\(previous.extent)"))
    }
    do throws(PreprocessingError) {
      return try preprocessor.preprocess(
        images, labels: previous.map { VoxelArray(shape: $0.extent.shape, elements: $0.labels) },
        id: id)
    } catch {
      throw .preprocessing(error)
    }
  }

  /// Segments a volume of one channel.
  public func segment(_ volume: Volume<Float>) throws(InferenceError) -> LabelMap {
    try segment(CaseImages(volume))
  }
}
