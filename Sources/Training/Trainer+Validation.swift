public import Datasets
public import Evaluation
import FileOutput
public import Inference
public import Preprocessing
import Tensors
import VolumeFiles
import Volumes

extension Trainer {
  /// Segments the validation cases of a fold with its final weights and scores them.
  ///
  /// Masks go to `folder/validation` on the grids of the images, with nnU-Net's `summary.json` beside them.
  ///
  /// - Parameters:
  ///   - store: The preprocessed cases.
  ///   - dataset: The dataset they were made from.
  ///   - names: The cases.
  ///   - model: The folder of the model, with plans and dataset description.
  ///   - fold: The fold.
  ///   - cascade: The masks of the previous stage, and those to make for the next ones.
  ///   - progress: Called after every case with the number of finished ones.
  /// - Returns: The scores.
  /// - Throws: ``TrainingError``.
  public func validate(
    on store: CaseStore, of dataset: Dataset, names: [String], model: ModelFolder, fold: Fold,
    cascade: CascadeMasks = CascadeMasks(),
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(TrainingError) -> EvaluationSummary {
    var predictorSettings = Predictor.Settings()
    predictorSettings.precision = settings.precision
    let predictor: Predictor
    do throws(InferenceError) {
      predictor = try Predictor(model, folds: [fold], settings: predictorSettings)
    } catch {
      throw .inference(error)
    }
    let folder = "\(ModelFolder.fold(fold, in: model.path))/validation"
    try makeFolder(folder)
    removeAbandonedFiles(in: folder)
    let entries = Dictionary(
      dataset.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let evaluator = OverlapEvaluator(
      structures: description.labels.evaluated.map { structure in
        let labels = structure.labels.map { LabelMap.Label($0) }
        return description.labels.usesRegions && structure.isList
          ? .region(labels) : .label(labels[0])
      }, ignoreLabel: description.labels.ignoreLabel.map { LabelMap.Label($0) })
    var scores: [CaseOverlap] = []
    for (index, name) in names.enumerated() {
      guard let entry = entries[name], let reference = entry.labels else {
        throw .preprocessing(
          .invalidCase(
            path: store.path(of: name), problem: "the dataset has no labelled case \(name)"))
      }
      let target = "\(folder)/\(name)\(dataset.fileEnding)"
      scores.append(
        try score(
          entry, reference: reference, target: target, from: store, cascade,
          checkpoint:
            "\(ModelFolder.fold(fold, in: model.path))/\(ModelFolder.Checkpoint.final.fileName)",
          with: predictor, by: evaluator))
      progress(index + 1, names.count)
    }
    let summary = EvaluationSummary(structures: evaluator.structures, cases: scores)
    do throws(EvaluationError) { try summary.write(to: "\(folder)/summary.json") } catch {
      throw .evaluation(error)
    }
    return summary
  }

  private func score(
    _ entry: Case, reference: String, target: String, from store: CaseStore,
    _ cascade: CascadeMasks, checkpoint: String, with predictor: Predictor,
    by evaluator: OverlapEvaluator
  ) throws(TrainingError) -> CaseOverlap {
    let stored: StoredCase
    do throws(PreprocessingError) { stored = try store.open(entry.id) } catch {
      throw .preprocessing(error)
    }
    let truth: LabelMap
    do throws(VolumeFileError) { truth = try LabelMap(contentsOf: reference) } catch {
      throw .evaluation(.unreadable(path: reference, reason: error.description))
    }
    let geometry: Geometry
    do throws(VolumeFileError) {
      geometry = try VolumeHeader(contentsOf: entry.images.first ?? reference).geometry
    } catch {
      throw .evaluation(
        .unreadable(path: entry.images.first ?? reference, reason: error.description))
    }
    guard truth.extent == geometry.extent else {
      throw .evaluation(
        .gridMismatch(
          reference: reference, prediction: target,
          difference: "\(truth.extent) against \(geometry.extent) voxels"))
    }
    let previous = try cascade.previous.map { (store) throws(TrainingError) in
      try openMask(of: stored, in: store)
    }
    let logits: [VoxelArray<Float>]
    do throws(InferenceError) {
      logits = try predictor.logits(
        of: PreprocessedCase(
          channels: stored.channels, labels: previous?.array, properties: stored.properties),
        id: entry.id)
    } catch {
      throw .inference(error)
    }
    for next in cascade.next {
      try next.write(stored, logits: logits, export: predictor.export, checkpoint: checkpoint)
    }
    let mask = predictor.labels(of: logits, of: stored.properties, onto: geometry)
    do throws(VolumeFileError) { try mask.write(to: target) } catch {
      throw .unwritable(path: target, reason: error.description)
    }
    return CaseOverlap(
      name: entry.id, referenceFile: reference, predictionFile: target,
      counts: evaluator.counts(reference: truth, prediction: mask))
  }
}
