public import Datasets
internal import Evaluation
internal import FileOutput
public import Inference
public import Workspaces

/// Which of several models, or pair of them, is best on the cross-validation, and how its masks are
/// post-processed.
///
/// A score is the mean Dice over structures, of the means over all cases of all folds. The highest
/// score wins, of equal ones the first; pairs come after single models.
///
/// - Source: nnU-Net v2's `find_best_configuration`.
public struct BestConfiguration: Sendable {
  /// A model, or two that are averaged.
  public struct Candidate: Sendable {
    /// The name of the model's folder, such as `3d_fullres` or
    /// `nnUNetTrainer__nnUNetPlans__3d_fullres`; of a pair `ensemble___FIRST___SECOND___FOLDS`.
    public let name: String
    /// The model, or both.
    public let models: [ModelFolder]
    /// The folder that its validation masks were gathered in.
    public let folder: String
    /// Mean Dice over structures.
    public let score: Double
  }

  /// Which pairs of models are compared too.
  public enum Ensembles: Sendable {
    /// None.
    case none
    /// All, if the folds of every model have saved probabilities; none, if no fold has.
    case ofSavedProbabilities
  }

  /// The folds that were compared on.
  public let folds: [Fold]
  /// All models in the order they were given, then pairs in that order.
  public let candidates: [Candidate]
  /// The place of the best one.
  public let best: Int
  /// Whether pairs were compared.
  public let comparesEnsembles: Bool
  /// How its masks are post-processed.
  public let decision: PostprocessingDecision

  /// The model or pair that won.
  public var winner: Candidate { candidates[best] }
  /// The file that says how its masks are post-processed.
  public var postprocessingPath: String { "\(winner.folder)/\(Postprocessing.fileName)" }

  /// Gathers and scores the validation masks of every model, and decides on the best one's
  /// post-processing.
  ///
  /// Every model's folder gets `crossval_results_folds_...` with the masks and a `summary.json`;
  /// pairs get one in `ensembles` beside the first model. The winner's gets `postprocessing.json`
  /// and a folder `postprocessed` besides.
  ///
  /// - Parameters:
  ///   - models: At least one model.
  ///   - folds: Folds that all of them have.
  ///   - references: Where the true label maps are.
  ///   - ensembles: Which pairs are compared too.
  ///   - observer: Told about scores and progress.
  /// - Throws: ``ModelSelectionError``.
  public init(
    of models: [ModelFolder], folds: [Fold], references: References,
    ensembles: Ensembles = .ofSavedProbabilities, observer: StepObserver = StepObserver()
  ) throws(ModelSelectionError) {
    precondition(!models.isEmpty && !folds.isEmpty, "nothing to compare")
    self.folds = folds
    // Wrong folders are found before anything is computed.
    var validations: [CrossValidation] = []
    for model in models {
      validations.append(try CrossValidation(of: model, folds: folds, references: references))
    }
    comparesEnsembles = try ensembles.areComparable(validations, observer)
    var candidates: [Candidate] = []
    var summaries: [EvaluationSummary] = []
    func add(_ candidate: Candidate, _ summary: EvaluationSummary) {
      observer.message(
        "\(candidate.name): mean Dice \(candidate.score) of \(summary.cases.count) cases")
      candidates.append(candidate)
      summaries.append(summary)
    }
    let names = names(of: models)
    for (validation, name) in zip(validations, names) {
      let summary = try validation.gather()
      add(
        Candidate(
          name: name, models: [validation.model], folder: validation.gatheredFolder,
          score: summary.foregroundMean(.dice)), summary)
    }
    for i in models.indices where comparesEnsembles {
      for j in models.indices.dropFirst(i + 1) {
        let parts = [
          "ensemble", names[i], names[j], folds.map(\.description).joined(separator: "_"),
        ]
        let name = parts.joined(separator: "___").replacing("/", with: "_")
        let folder = enclosingFolder(of: models[0].path) + "/ensembles/" + name
        let summary = try EnsembleValidation(members: [validations[i], validations[j]])
          .gather(into: folder, observer: observer)
        add(
          Candidate(
            name: name, models: [models[i], models[j]], folder: folder,
            score: summary.foregroundMean(.dice)), summary)
      }
    }
    guard let highest = candidates.map(\.score).filter({ !$0.isNaN }).max(),
      let best = candidates.firstIndex(where: { $0.score == highest })
    else {
      throw .file(
        path: models[0].path, problem: "no model has a score, since some structure is in no case")
    }
    let folder = candidates[best].folder
    // A pair has the cases of its first model.
    let first = models.firstIndex { $0.path == candidates[best].models[0].path } ?? 0
    let pairs = validations[first].pairs(in: folder)
    decision = try PostprocessingDecision(
      on: pairs, labels: models[first].description.labels, before: summaries[best],
      progress: { observer.progress("post-processing", $0, $1) })
    self.candidates = candidates
    self.best = best
    try writePostprocessed(pairs)
  }

  /// Writes the decision and what it makes of the masks it was made on.
  private func writePostprocessed(_ pairs: [EvaluationPair]) throws(ModelSelectionError) {
    let folder = "\(winner.folder)/postprocessed"
    let ending = winner.models[0].description.fileEnding ?? ".nii.gz"
    try GatheredFolder.replace(folder) { (gathered) throws(ModelSelectionError) in
      try decision.postprocessing.run(
        on: pairs.map { ($0.prediction, "\(gathered.path)/\($0.name)\(ending)") })
      try gathered.write(decision.after.moved(to: folder, ending))
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
