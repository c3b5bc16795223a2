public import Datasets
public import Evaluation
internal import FoundationEssentials
public import Inference
internal import Training
internal import VolumeFiles
internal import Volumes
internal import Workspaces

/// The validation masks of a model's folds, which together cover the dataset.
public struct CrossValidation: Sendable {
  /// The model.
  public let model: ModelFolder
  /// The folds.
  public let folds: [Fold]
  /// References and masks of all cases, in the order of their names; the masks are those in the
  /// folds' folders.
  public let pairs: [EvaluationPair]

  /// How the masks' names end.
  var fileEnding: String { model.description.fileEnding ?? ".nii.gz" }

  /// The folder beside the folds that gathers them, named as nnU-Net names it.
  public var gatheredFolder: String {
    "\(model.path)/crossval_results_folds_"
      + folds.map(\.description).joined(separator: "_")
  }

  /// Finds the masks of the folds.
  ///
  /// - Parameters:
  ///   - model: A trained configuration, of this program or of nnU-Net.
  ///   - folds: The folds, each with a folder `validation`.
  ///   - references: Where the true label maps are.
  /// - Throws: ``ModelSelectionError/file(path:problem:)`` if a fold has no masks, two folds have one of
  ///   the same case, or a case has no reference.
  public init(
    of model: ModelFolder, folds: [Fold], references: References
  ) throws(ModelSelectionError) {
    self.model = model
    self.folds = folds
    let ending = model.description.fileEnding ?? ".nii.gz"
    var masks: [String: String] = [:]
    for fold in folds {
      let folder = "\(ModelFolder.fold(fold, in: model.path))/validation"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let files = names.filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }
      guard !files.isEmpty else {
        throw .file(
          path: folder,
          problem: "holds no masks ending in \(ending); train fold \(fold), whose end "
            + "writes them, or leave the fold out")
      }
      for file in files {
        let name = String(file.dropLast(ending.count))
        if let other = masks[name] {
          throw .file(
            path: "\(folder)/\(file)",
            problem: "\(other) is a mask of the same case; "
              + "folds must not share cases")
        }
        masks[name] = "\(folder)/\(file)"
      }
    }
    var pairs: [EvaluationPair] = []
    for (name, mask) in masks.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      pairs.append(
        EvaluationPair(
          name: name, reference: try references.path(of: name, fileEnding: ending),
          prediction: mask))
    }
    self.pairs = pairs
  }

  /// Gathers the masks in one folder and scores them all.
  ///
  /// The folder gets the masks, `plans.json`, `dataset.json` and nnU-Net's `summary.json` over all
  /// cases. It replaces an earlier folder of the same name when everything is written.
  ///
  /// - Parameter folder: The folder; nil takes ``gatheredFolder``.
  /// - Returns: The scores of the masks in the folder.
  /// - Throws: ``ModelSelectionError``; an earlier folder is then untouched.
  @discardableResult
  public func gather(into folder: String? = nil) throws(ModelSelectionError) -> EvaluationSummary {
    let target = folder ?? gatheredFolder
    let summary = try score(pairs).moved(to: target, fileEnding)
    try GatheredFolder.replace(target) { (folder) throws(ModelSelectionError) in
      for pair in pairs { try folder.copy(pair.prediction, as: pair.name + fileEnding) }
      try folder.copyDescription(of: model.path)
      try folder.write(summary)
    }
    return summary
  }

  /// Scores masks of these cases.
  func score(_ pairs: [EvaluationPair]) throws(ModelSelectionError) -> EvaluationSummary {
    do throws(EvaluationError) {
      return try model.description.labels.evaluator.evaluate(pairs) {
        try LabelMap(contentsOf: $0)
      }
    } catch {
      throw .evaluation(error)
    }
  }

  /// The pairs with the masks as they lie in a folder that they were gathered in.
  public func pairs(in folder: String) -> [EvaluationPair] {
    pairs.map { pair in
      var pair = pair
      pair.prediction = "\(folder)/\(pair.name)\(fileEnding)"
      return pair
    }
  }
}

extension EvaluationSummary {
  /// The same scores of masks that lie in a folder.
  func moved(to folder: String, _ fileEnding: String) -> EvaluationSummary {
    EvaluationSummary(
      structures: structures,
      cases: cases.map { item in
        var item = item
        item.predictionFile = "\(folder)/\(item.name)\(fileEnding)"
        return item
      })
  }
}
