public import Datasets
public import Evaluation
import FileOutput
import FoundationEssentials
import Inference
import JSONDocuments
import Parallelism
import Planning
import Preprocessing
public import Reports
public import Training

/// Which network to train.
public struct TrainingRequest: Sendable {
  /// The configuration.
  public var configuration = "3d_fullres"
  /// The fold.
  public var fold = Fold.number(0)
  /// How long and how.
  public var settings = TrainingSettings()
  /// From random weights, or from the last saved state.
  public var start = Trainer.Start.fresh

  /// Fold 0 at full resolution with nnU-Net's settings.
  public init() {}
}

/// How a training ended.
public enum TrainingResult: Sendable {
  /// The network is trained; scores of the fold's validation cases.
  case finished(EvaluationSummary)
  /// It was asked to stop; it can be resumed.
  case interrupted(epoch: Int, iteration: Int)
}

extension Workspace {
  /// Trains a network and scores it on the validation cases of its fold.
  ///
  /// The fold's folder also gets `progress.png`. A run that is there already is moved aside when a new one starts from random weights.
  /// Folds of one workspace may be trained by several processes at once: what they need in common is made by the first.
  ///
  /// - Parameters:
  ///   - dataset: The dataset.
  ///   - request: Which network.
  ///   - trainingObserver: Told about every step and epoch, and asked whether to stop.
  /// - Returns: How it ended.
  /// - Throws: ``WorkspaceError``; a saved state stays.
  public func train(
    _ dataset: Dataset, _ request: TrainingRequest,
    observer trainingObserver: TrainingObserver = TrainingObserver()
  ) throws(WorkspaceError) -> TrainingResult {
    // What cannot be trained is refused before hours of preprocessing.
    let plan = try plan(for: dataset)
    let trainer: Trainer
    do throws(TrainingError) {
      trainer = try Trainer(
        plan, configuration: request.configuration, description: dataset.description,
        settings: request.settings)
      try trainer.checkMemory(available: SystemMemory.available)
    } catch {
      throw .training(error)
    }
    tellStart(of: trainer, dataset)
    let model = modelFolder(request.configuration)
    try makeFolder(model)
    return try withFold(ModelFolder.fold(request.fold, in: model)) {
      () throws(WorkspaceError) in
      try train(trainer, on: dataset, request, observer: trainingObserver)
    }
  }

  private func train(
    _ trainer: Trainer, on dataset: Dataset, _ request: TrainingRequest,
    observer trainingObserver: TrainingObserver
  ) throws(WorkspaceError) -> TrainingResult {
    let cascade: CascadeMasks
    do throws(TrainingError) {
      cascade = try cascadeMasks(of: request.configuration, by: trainer.plan)
    } catch {
      throw .training(error)
    }
    let model = modelFolder(request.configuration)
    let fold = ModelFolder.fold(request.fold, in: model)
    if request.start == .resume,
      !ModelFolder.Checkpoint.allCases.contains(where: { exists("\(fold)/\($0.fileName)") })
    {
      observer.message("nothing is saved in \(fold) yet; starting afresh")
    }
    let (split, store) = try alone {
      () throws(WorkspaceError) -> (CrossValidationSplits.Split, CaseStore) in
      try trainingData(for: trainer, of: dataset, request)
    }
    let curves = CurveDrawing(
      to: "\(fold)/progress.png", title: "\(dataset.name), \(request.configuration)",
      message: observer.message)
    var observed = trainingObserver
    observed.epoch = { history in
      curves.add(history)
      trainingObserver.epoch(history)
    }
    let outcome: TrainingOutcome
    do throws(TrainingError) {
      outcome = try trainer.train(
        on: store, split: split, into: fold, start: request.start, previousStage: cascade.previous,
        observer: observed)
      curves.draw()
    } catch {
      throw .training(error)
    }
    switch outcome {
    case .interrupted(let epoch, let iteration):
      return .interrupted(epoch: epoch, iteration: iteration)
    case .finished: tellEnd(of: trainer, curves.history)
    }
    // A run that was finished before, and scored.
    if curves.history.isEmpty,
      let scores = FinishedFold.scores(
        in: fold, of: split.validation, labels: dataset.description.labels,
        fileEndings: [dataset.fileEnding]
          + (request.settings.savesProbabilities ? [".npz", ".pkl"] : []))
    {
      observer.message("fold \(request.fold) is trained and scored already")
      return .finished(scores)
    }
    observer.message("segmenting the \(split.validation.count) validation cases")
    let trained: ModelFolder
    do throws(InferenceError) { trained = try ModelFolder(model) } catch { throw .inference(error) }
    do throws(TrainingError) {
      return .finished(
        try trainer.validate(
          on: store, of: dataset, names: split.validation, model: trained, fold: request.fold,
          cascade: cascade
        ) { observer.progress("validation", $0, $1) })
    } catch {
      throw .training(error)
    }
  }

  /// Says from which weights a run starts.
  private func tellStart(of trainer: Trainer, _ dataset: Dataset) {
    guard let pretrained = trainer.settings.pretrained, let takesHeads = trainer.takesHeads else {
      return
    }
    observer.message(
      "starting from the weights of \(pretrained.path); the heads "
        + (takesHeads ? "are taken over" : "are for other labels and start from random weights")
        + (trainer.settings.freezesEncoder ? "; the encoder stays as it is" : ""))
    if pretrained.datasetName == dataset.name {
      observer.message(
        "these weights come from a dataset of the same name, \(dataset.name); scores of cases that "
          + "they have learnt from say nothing about new ones")
    }
  }

  /// Says why a run ended early.
  private func tellEnd(of trainer: Trainer, _ history: [EpochRecord]) {
    guard let patience = trainer.settings.patience, !history.isEmpty,
      history.count < trainer.settings.epochs
    else { return }
    observer.message(
      "ended after epoch \(history.count): no better running Dice for \(patience) epochs since "
        + "epoch \(TrainingSettings.bestEpoch(of: history) + 1), whose weights are the best "
        + "checkpoint")
  }

  /// The fold's cases, and the preprocessed ones; for the second stage of a cascade also the masks of the first.
  private func trainingData(
    for trainer: Trainer, of dataset: Dataset, _ request: TrainingRequest
  ) throws(WorkspaceError) -> (CrossValidationSplits.Split, CaseStore) {
    let split = try self.split(request.fold, of: dataset)
    tellSizeOfProbabilities(of: trainer, for: split.validation, of: dataset, request.fold)
    // Before hours of preprocessing.
    var previousFolds: [(fold: Fold, cases: [String])] = []
    if let previous = trainer.configuration.previousStage {
      previousFolds = try previousStageFolds(
        of: request.configuration, after: previous,
        for: Set(split.training + split.validation).sorted(), in: dataset)
    }
    let store = try preprocess(
      dataset, configuration: request.configuration, by: trainer.plan)
    if !previousFolds.isEmpty {
      try makePreviousStageMasks(
        for: request.configuration, by: previousFolds, of: dataset, plan: trainer.plan,
        settings: request.settings)
    }
    try prepare(
      model: modelFolder(request.configuration), plan: trainer.plan, dataset: dataset, request)
    return (split, store)
  }

  /// Writes the model's plan and description, and moves an earlier run of the fold aside.
  private func prepare(
    model: String, plan: SegmentationPlan, dataset: Dataset, _ request: TrainingRequest
  ) throws(WorkspaceError) {
    removeAbandonedFiles(in: model)
    let fold = ModelFolder.fold(request.fold, in: model)
    let hasRun = ModelFolder.Checkpoint.allCases.contains { exists("\(fold)/\($0.fileName)") }
    let replaces = request.start == .fresh
    if let earlier = try? ModelFolder(model),
      earlier.plan.document != plan.document
        || earlier.description.labels != dataset.description.labels
        || earlier.description.channelNames != dataset.description.channelNames
    {
      let others = ModelFolder.Checkpoint.allCases.flatMap { earlier.folds(with: $0) }
        .filter { !replaces || $0 != request.fold }
      guard others.isEmpty else { throw .otherPlan(model: model, plan: planPath) }
    }
    if hasRun, replaces {
      let number = (1...).first { !exists("\(fold).earlier-\($0)") } ?? 1
      let aside = "\(fold).earlier-\(number)"
      do { try FileManager.default.moveItem(atPath: fold, toPath: aside) } catch {
        throw .unwritable(path: aside, reason: "the earlier run cannot be moved there")
      }
      observer.message("an earlier run of fold \(request.fold) is kept in \(aside)")
    }
    do throws(PlanningError) { try plan.write(to: "\(model)/plans.json") } catch {
      throw .planning(error)
    }
    do throws(DatasetError) {
      try dataset.description.documentingClassLabels.write(to: "\(model)/dataset.json")
    } catch {
      throw .dataset(error)
    }
  }
}

/// Draws the curves of a training while it goes on, every few seconds at most.
private final class CurveDrawing {
  private let path: String
  private let title: String
  private let message: @Sendable (String) -> Void
  private let clock = ContinuousClock()
  private var drawn: ContinuousClock.Instant?
  private var undrawn: [EpochRecord] = []
  /// The epochs of the run as far as they were made here.
  private(set) var history: [EpochRecord] = []

  init(to path: String, title: String, message: @escaping @Sendable (String) -> Void) {
    self.path = path
    self.title = title
    self.message = message
  }

  func add(_ history: [EpochRecord]) {
    self.history = history
    undrawn = history
    if let drawn, clock.now - drawn < .seconds(5) { return }
    draw()
  }

  func draw() {
    guard !undrawn.isEmpty else { return }
    // A picture is not worth losing a training for.
    do throws(ReportError) {
      try TrainingCurves(undrawn, title: title).image.write(to: path)
    } catch {
      message(error.description)
    }
    drawn = clock.now
    undrawn = []
  }
}

extension TrainingCurves {
  /// The curves of a training's records.
  public init(_ history: [EpochRecord], title: String) {
    self.init(
      epochs: history.map { record in
        var epoch = Epoch(
          trainingLoss: record.trainingLoss, validationLoss: record.validationLoss,
          pseudoDice: record.meanDice, smoothedPseudoDice: record.runningDice,
          learningRate: record.learningRate)
        epoch.seconds = record.seconds
        return epoch
      }, title: title)
  }
}
