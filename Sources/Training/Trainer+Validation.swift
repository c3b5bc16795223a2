public import Datasets
public import Evaluation
import FileOutput
public import Inference
public import Preprocessing

extension Trainer {
  /// Segments the validation cases of a fold with its final weights and scores them.
  ///
  /// Masks go to `validation` in the fold's folder, on the grids of the images, with nnU-Net's `summary.json` beside them; where
  /// ``savesProbabilities(in:)`` holds, `CASE.npz` and `CASE.pkl` too.
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
    let evaluator = description.labels.evaluator
    let validation = FoldValidation(
      predictor: predictor, folder: folder, cascade: cascade,
      checkpoint:
        "\(ModelFolder.fold(fold, in: model.path))/\(ModelFolder.Checkpoint.final.fileName)",
      savesProbabilities: savesProbabilities(in: ModelFolder.fold(fold, in: model.path)),
      reader: description.imageReaderName)
    var scores: [CaseOverlap] = []
    for (index, name) in names.enumerated() {
      guard let entry = entries[name], let reference = entry.labels else {
        throw .preprocessing(
          .invalidCase(
            path: store.path(of: name), problem: "the dataset has no labelled case \(name)"))
      }
      let target = "\(folder)/\(name)\(dataset.fileEnding)"
      let (truth, mask) = try validation.segment(
        entry, reference: reference, target: target, from: store)
      scores.append(
        CaseOverlap(
          name: entry.id, referenceFile: reference, predictionFile: target,
          counts: evaluator.counts(reference: truth, prediction: mask)))
      progress(index + 1, names.count)
    }
    let summary = EvaluationSummary(structures: evaluator.structures, cases: scores)
    do throws(EvaluationError) { try summary.write(to: "\(folder)/summary.json") } catch {
      throw .evaluation(error)
    }
    return summary
  }

  /// Whether the probabilities of a fold's validation cases are saved: if it is asked for, or was when its run began.
  ///
  /// - Parameter folder: The fold's folder.
  /// - Returns: Whether ``validate(on:of:names:model:fold:cascade:progress:)`` saves them.
  public func savesProbabilities(in folder: String) -> Bool {
    settings.savesProbabilities || CheckpointFolder(folder).savesProbabilities
  }
}
