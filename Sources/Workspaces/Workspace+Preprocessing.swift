public import Datasets
import FileOutput
import JSONDocuments
public import Planning
public import Preprocessing

extension Workspace {
  /// Preprocesses the cases for one configuration, those that are missing or out of date.
  ///
  /// - Parameters:
  ///   - dataset: The dataset.
  ///   - configuration: The name of a configuration of the plan.
  /// - Returns: The plan and the store of preprocessed cases.
  /// - Throws: ``WorkspaceError``; cases that are done stay.
  public func preprocess(
    _ dataset: Dataset, configuration: String
  ) throws(WorkspaceError) -> (plan: SegmentationPlan, store: CaseStore) {
    try alone { () throws(WorkspaceError) in
      let plan = try plan(for: dataset)
      return (plan, try preprocess(dataset, configuration: configuration, by: plan))
    }
  }

  /// Preprocesses the cases by a plan that was just made or read.
  func preprocess(
    _ dataset: Dataset, configuration name: String, by plan: SegmentationPlan
  ) throws(WorkspaceError) -> CaseStore {
    // A cascade's second stage reads the cases of the configuration it inherits from.
    let configuration = plan.storageName(of: name)
    let preprocessor: Preprocessor
    do throws(PreprocessingError) {
      preprocessor = try Preprocessor(plan, configuration: configuration)
    } catch {
      throw .preprocessing(error)
    }
    let stamp = contentDigest(
      of:
        dataset.filesDigest + dataset.descriptionDigest + plan.document.text(.compact))
    let target = preprocessedFolder(configuration)
    let store = CaseStore(target)
    let labelled = dataset.cases.filter { $0.labels != nil }
    if state.preprocessed[configuration] == stamp,
      labelled.allSatisfy({ exists(store.path(of: $0.id)) })
    {
      return store
    }
    observer.message("preprocessing \(labelled.count) cases for \(configuration)")
    do throws(PreprocessingError) {
      _ = try preprocessor.run(on: dataset, into: target) { [observer] in
        observer.progress("preprocess", $0, $1)
      }
    } catch {
      throw .preprocessing(error)
    }
    try remember { $0.preprocessed[configuration] = stamp }
    return store
  }

  /// The cases of a fold, from `splits_final.json`, which is made if it is missing.
  ///
  /// A split file in the dataset's folder is copied; otherwise the cases are split into five folds as nnU-Net does.
  public func split(
    _ fold: Fold, of dataset: Dataset
  ) throws(WorkspaceError) -> CrossValidationSplits.Split {
    try alone { () throws(WorkspaceError) in try currentSplit(fold, of: dataset) }
  }

  private func currentSplit(
    _ fold: Fold, of dataset: Dataset
  ) throws(WorkspaceError) -> CrossValidationSplits.Split {
    if fold == .all { return CrossValidationSplits([]).split(fold, of: dataset.caseNames) }
    let splits: CrossValidationSplits
    do throws(DatasetError) {
      if exists(splitsPath) {
        splits = try CrossValidationSplits(contentsOf: splitsPath)
      } else {
        let own = "\(dataset.folder)/splits_final.json"
        if exists(own) {
          observer.message("using the folds of \(own)")
          splits = try CrossValidationSplits(contentsOf: own)
        } else {
          observer.message("splitting \(dataset.cases.count) cases into five folds")
          splits = try CrossValidationSplits(cases: dataset.caseNames, groups: dataset.groups)
        }
        try splits.write(to: splitsPath)
      }
    } catch {
      throw .dataset(error)
    }
    let unknown = splits.unknownCases(among: dataset.caseNames)
    guard unknown.isEmpty else {
      throw .file(
        path: splitsPath,
        problem: "names \(unknown.count) cases that the dataset does not have, such as "
          + "\(unknown[0]); correct it, or remove it to split anew")
    }
    tellLimits(of: splits, fold, dataset)
    return splits.split(fold, of: dataset.caseNames)
  }

  /// Says what a reader of `splits_final.json` would not expect.
  private func tellLimits(of splits: CrossValidationSplits, _ fold: Fold, _ dataset: Dataset) {
    let used = Set(splits.splits.flatMap { $0.training + $0.validation })
    let unused = dataset.caseNames.filter { !used.contains($0) }
    if let first = unused.first {
      observer.message(
        "\(splitsPath) leaves out \(unused.count) cases of the dataset, such as \(first); remove it "
          + "to split anew")
    }
    if case .number(let number) = fold, number >= splits.splits.count {
      observer.message(
        "\(splitsPath) has \(splits.splits.count) folds; fold \(number) is a random split of 80 to 20"
      )
    }
  }
}
