import Augmentation
public import Datasets
import Inference
import Networks
import Parallelism
public import Planning
public import Preprocessing
import Tensors
import Volumes

/// Trains the network of one configuration.
///
/// - Source: Isensee et al., Nature Methods 18, 2021, doi:10.1038/s41592-020-01008-z; nnU-Net 2.8.1's `nnUNetTrainer.py`.
public struct Trainer: Sendable {
  /// How a run begins.
  public enum Start: Sendable {
    /// From random weights; checkpoints of an earlier run are replaced.
    case fresh
    /// From the last state that was saved; from random weights where there is none.
    case resume
  }

  /// The plan.
  public let plan: SegmentationPlan
  /// The name of the configuration.
  public let configurationName: String
  /// The configuration.
  public let configuration: Configuration
  /// The dataset's channels and labels.
  public let description: DatasetDescription
  /// How long and how.
  public let settings: TrainingSettings
  let architecture: UNetArchitecture
  let geometry: PatchGeometry
  let pipeline: AugmentationPipeline
  let supervision: DeepSupervision
  /// Whether pretrained weights include the heads; nil where there are none.
  public let takesHeads: Bool?
  let numbering: LabelNumbering

  /// A trainer for one configuration of a plan.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - name: One of its configurations.
  ///   - description: The dataset's channels and labels.
  ///   - settings: How long and how.
  /// - Throws: ``TrainingError`` if the plan's network cannot be built or a setting makes no sense.
  public init(
    _ plan: SegmentationPlan, configuration name: String, description: DatasetDescription,
    settings: TrainingSettings = TrainingSettings()
  ) throws(TrainingError) {
    if let defect = settings.defect { throw defect }
    self.plan = plan
    self.description = description
    self.settings = settings
    numbering = LabelNumbering(description.labels)
    configurationName = name
    do throws(PlanningError) { configuration = try plan.configuration(name) } catch {
      throw .planning(error)
    }
    let channels = configuration.normalizationSchemes.count
    architecture = UNetArchitecture(configuration, labels: description.labels)
    if let defect = architecture.defect {
      throw .architecture(configuration: name, problem: defect)
    }
    let divisor = architecture.divisor
    guard zip(configuration.patchSize, divisor).allSatisfy({ $0 > 0 && $0 % $1 == 0 }) else {
      throw .architecture(
        configuration: name,
        problem:
          "patch \(configuration.patchSize) is no multiple of the strides' product \(divisor)"
      )
    }
    takesHeads =
      if let pretrained = settings.pretrained {
        try pretrained.check(
          UNet(architecture), labels: description.labels, configuration: (name, configuration))
      } else { nil }
    let usesMask = configuration.usesMaskForNormalization
    let previousLabels = configuration.previousStageLabels(of: description.labels)
    let masked = usesMask.indices.filter { usesMask[$0] }
    let parts: (PatchGeometry, AugmentationPipeline, DeepSupervision)
    do throws(AugmentationError) {
      let geometry = try PatchGeometry(patchSize: configuration.patchSize)
      parts = (
        geometry,
        try AugmentationPipeline(
          geometry: geometry, channelCount: channels, settings: settings.augmentation,
          maskedChannels: masked,
          previousStage: previousLabels.isEmpty
            ? nil : PreviousStageInput(labels: previousLabels, errors: settings.maskErrors)),
        try DeepSupervision(
          patchShape: geometry.finalShape, strides: configuration.architecture.strides)
      )
    } catch {
      throw .augmentation(error)
    }
    (geometry, pipeline, supervision) = parts
  }

  /// Axes of the patch that are mirrored, counted as in the plan.
  var mirrorAxes: [Int] {
    let first = 3 - configuration.dimensions
    return (0..<3).filter { geometry.mirrorAxes.contains(axis: $0) }.map { $0 - first }
  }

  /// Patches of a step.
  var batchSize: Int { settings.batchSize ?? configuration.batchSize }

  /// Trains a network, or goes on with one.
  ///
  /// - Parameters:
  ///   - store: The preprocessed cases.
  ///   - split: Which of them to learn from and which to score on.
  ///   - folder: Where checkpoints and `training_log.jsonl` go; made if it does not exist.
  ///   - start: From random weights, or from the last saved state.
  ///   - previousStage: For the second stage of a cascade the masks of the first one.
  ///   - observer: Told about every step and epoch, and asked whether to stop.
  /// - Returns: Whether all epochs are done.
  /// - Throws: ``TrainingError``; the last checkpoint stays.
  public func train(
    on store: CaseStore, split: CrossValidationSplits.Split, into folder: String,
    start: Start = .fresh, previousStage: PreviousStageStore? = nil,
    observer: TrainingObserver = TrainingObserver()
  ) throws(TrainingError) -> TrainingOutcome {
    try makeFolder(folder)
    let run = try TrainingRun(self, source: try source(store, split, previousStage), folder: folder)
    switch start {
    case .fresh: try run.begin()
    case .resume: if try run.resume() == .finished { return .finished }
    }
    return try run.run(observer)
  }

  /// Opens the cases of a split and says how batches are made of them.
  package func source(
    _ store: CaseStore, _ split: CrossValidationSplits.Split,
    _ previousStage: PreviousStageStore? = nil
  ) throws(TrainingError) -> BatchSource {
    guard !split.training.isEmpty else { throw .noTrainingCases }
    if let name = configuration.previousStage, previousStage == nil {
      throw .noPreviousMasks(configuration: configurationName, stage: name)
    }
    // Without validation cases the running Dice is that of the training cases.
    let validation = split.validation.isEmpty ? split.training : split.validation
    let levels = SegmentationLoss.deepSupervisionWeights(levels: supervision.shapes.count)
    let cases: [BatchSource.Purpose: [StoredCase]] = [
      .training: try open(split.training, in: store), .validation: try open(validation, in: store),
    ]
    var masks: [String: PreviousStageMask] = [:]
    if let previousStage, configuration.previousStage != nil {
      for entry in cases.values.joined() where masks[entry.id] == nil {
        masks[entry.id] = try Self.openMask(of: entry, in: previousStage)
      }
    }
    return BatchSource(
      cases: cases, masks: masks,
      geometry: geometry, pipeline: pipeline,
      samplers: [
        .training: PatchSampler(training: geometry, batchSize: batchSize),
        .validation: PatchSampler(validation: geometry, batchSize: batchSize),
      ],
      batchSize: batchSize, seed: settings.seed,
      levels: zip(supervision.shapes, levels).filter { $0.1 != 0 }.map(\.0),
      renumbering: numbering.table.map { LabelRenumbering($0) },
      annotatedClass: description.labels.ignoreLabel == nil
        ? nil : ClassLocationSampling(description.labels).classes.count - 1)
  }

  private func open(
    _ names: [String], in store: CaseStore
  ) throws(TrainingError) -> [StoredCase] {
    // A table, because every voxel of every case is looked up.
    var isKnown = [Bool](repeating: false, count: 1 << 16)
    for value in description.labels.permittedValues + [-1] {
      isKnown[Int(UInt16(truncatingIfNeeded: value))] = true
    }
    var cases: [StoredCase] = []
    for name in names {
      let entry: StoredCase
      do throws(PreprocessingError) { entry = try store.open(name) } catch {
        throw .preprocessing(error)
      }
      guard entry.channelCount == pipeline.channelCount else {
        throw .preprocessing(
          .channelCount(
            id: name, expected: pipeline.channelCount, found: entry.channelCount))
      }
      guard !entry.labels.isEmpty else {
        throw .preprocessing(
          .invalidCase(path: store.path(of: name), problem: "it has no labels"))
      }
      if let value = entry.labels.first(where: { !isKnown[Int(UInt16(bitPattern: $0))] }) {
        throw .unknownLabel(id: name, value: Int(value))
      }
      cases.append(entry)
    }
    return cases
  }
}
