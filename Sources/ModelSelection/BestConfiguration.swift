public import Datasets
internal import Evaluation
public import Inference
public import Workspaces

/// Which of several models is best on their cross-validations, and how its masks are post-processed.
///
/// A model's score is the mean Dice over its structures, of the means over all cases of all folds.
/// The highest score wins, of equal ones the first.
///
/// - Source: nnU-Net v2's `find_best_configuration`.
public struct BestConfiguration: Sendable {
  /// A model that was compared.
  public struct Candidate: Sendable {
    /// The name of its folder, such as `3d_fullres` or `nnUNetTrainer__nnUNetPlans__3d_fullres`.
    public let name: String
    /// The model.
    public let model: ModelFolder
    /// The folder that its validation masks were gathered in.
    public let folder: String
    /// Mean Dice over structures.
    public let score: Double
  }

  /// The folds that were compared on.
  public let folds: [Fold]
  /// All models in the order they were given.
  public let candidates: [Candidate]
  /// The place of the best one.
  public let best: Int
  /// How its masks are post-processed.
  public let decision: PostprocessingDecision

  /// The model that won.
  public var winner: Candidate { candidates[best] }
  /// The file that says how its masks are post-processed.
  public var postprocessingPath: String { "\(winner.folder)/\(Postprocessing.fileName)" }

  /// Gathers and scores the validation masks of every model, and decides on the best one's
  /// post-processing.
  ///
  /// Every model's folder gets `crossval_results_folds_...` with the masks and a `summary.json`;
  /// the winner's gets `postprocessing.json` and a folder `postprocessed` besides.
  ///
  /// - Parameters:
  ///   - models: At least one model.
  ///   - folds: Folds that all of them have.
  ///   - references: Where the true label maps are.
  ///   - observer: Told about scores and progress.
  /// - Throws: ``ModelSelectionError``.
  public init(
    of models: [ModelFolder], folds: [Fold], references: References,
    observer: StepObserver = StepObserver()
  ) throws(ModelSelectionError) {
    precondition(!models.isEmpty && !folds.isEmpty, "nothing to compare")
    self.folds = folds
    // Wrong folders are found before anything is computed.
    var validations: [CrossValidation] = []
    for model in models {
      validations.append(try CrossValidation(of: model, folds: folds, references: references))
    }
    var candidates: [Candidate] = []
    var summaries: [EvaluationSummary] = []
    for (validation, name) in zip(validations, names(of: models)) {
      let summary = try validation.gather()
      let score = summary.foregroundMean(.dice)
      observer.message("\(name): mean Dice \(score) of \(summary.cases.count) cases")
      summaries.append(summary)
      candidates.append(
        Candidate(
          name: name, model: validation.model, folder: validation.gatheredFolder, score: score))
    }
    guard let highest = candidates.map(\.score).filter({ !$0.isNaN }).max(),
      let best = candidates.firstIndex(where: { $0.score == highest })
    else {
      throw .file(
        path: models[0].path, problem: "no model has a score, since some structure is in no case")
    }
    let folder = candidates[best].folder
    let pairs = validations[best].pairs(in: folder)
    decision = try PostprocessingDecision(
      on: pairs, labels: models[best].description.labels, before: summaries[best],
      progress: { observer.progress("post-processing", $0, $1) })
    self.candidates = candidates
    self.best = best
    try writePostprocessed(pairs)
  }

  /// Writes the decision and what it makes of the masks it was made on.
  private func writePostprocessed(_ pairs: [EvaluationPair]) throws(ModelSelectionError) {
    let folder = "\(winner.folder)/postprocessed"
    let ending = winner.model.description.fileEnding ?? ".nii.gz"
    try replaceFolder(folder) { (temporary) throws(ModelSelectionError) in
      try decision.postprocessing.run(
        on: pairs.map { ($0.prediction, "\(temporary)/\($0.name)\(ending)") })
      let summary = EvaluationSummary(
        structures: decision.after.structures,
        cases: decision.after.cases.map { item in
          var item = item
          item.predictionFile = "\(folder)/\(item.name)\(ending)"
          return item
        })
      do throws(EvaluationError) { try summary.write(to: "\(temporary)/summary.json") } catch {
        throw .evaluation(error)
      }
    }
    try decision.write(to: postprocessingPath)
  }
}

/// The names of the models' folders, or their whole paths where names repeat.
private func names(of models: [ModelFolder]) -> [String] {
  let names = models.map { model in
    String(model.path.split(separator: "/").last ?? Substring(model.path))
  }
  return Set(names).count == names.count ? names : models.map(\.path)
}
