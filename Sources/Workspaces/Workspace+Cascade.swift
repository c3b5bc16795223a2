package import Datasets
import FoundationEssentials
import Inference
import Planning
import Preprocessing
import Training

extension Workspace {
  /// The masks that a configuration's network made of training cases for the next stage.
  func nextStageFolder(_ configuration: String, for next: String) -> String {
    "\(modelFolder(configuration))/predicted_next_stage/\(next)"
  }

  /// The masks around a configuration of a cascade.
  ///
  /// - Parameters:
  ///   - configuration: Its name.
  ///   - plan: The plan.
  /// - Returns: The store of the previous stage's masks, and what makes those of the next stages.
  /// - Throws: ``TrainingError`` if the plan has no such configuration.
  func cascadeMasks(
    of configuration: String, by plan: SegmentationPlan
  ) throws(TrainingError) -> CascadeMasks {
    var masks = CascadeMasks()
    let found: Configuration
    do throws(PlanningError) { found = try plan.configuration(configuration) } catch {
      throw .planning(error)
    }
    if let previous = found.previousStage {
      masks.previous = PreviousStageStore(nextStageFolder(previous, for: configuration))
    }
    for next in found.nextStages where plan.configurationNames.contains(next) {
      masks.next.append(
        try NextStageMasks(plan, for: next, in: nextStageFolder(configuration, for: next)))
    }
    return masks
  }

  /// The folds of the previous stage whose networks make the masks of some cases, with these cases.
  ///
  /// A case's mask comes from the fold that holds the case for validation. Where a fold is not trained, the network of the fold `all`
  /// makes them, if there is one, although it has seen the cases.
  ///
  /// - Parameters:
  ///   - configuration: The second stage.
  ///   - previous: The first stage.
  ///   - cases: Names of the cases.
  ///   - dataset: Their dataset.
  /// - Returns: The folds in order.
  /// - Throws: ``WorkspaceError/previousStage(configuration:previous:folds:workspace:)`` naming the folds to train first.
  package func previousStageFolds(
    of configuration: String, after previous: String, for cases: [String], in dataset: Dataset
  ) throws(WorkspaceError) -> [(fold: Fold, cases: [String])] {
    // Makes the file, if need be.
    _ = try split(.number(0), of: dataset)
    let splits: CrossValidationSplits
    do throws(DatasetError) { splits = try CrossValidationSplits(contentsOf: splitsPath) } catch {
      throw .dataset(error)
    }
    func isTrained(_ fold: Fold) -> Bool {
      exists(checkpoint(of: fold, previous))
    }
    var owners: [String: Fold] = [:]
    for (number, split) in splits.splits.enumerated() {
      for name in split.validation where owners[name] == nil { owners[name] = .number(number) }
    }
    var byFold: [Fold: [String]] = [:]
    var missing = Set<Int>()
    for name in cases {
      if let owner = owners[name], isTrained(owner) {
        byFold[owner, default: []].append(name)
      } else if isTrained(.all) {
        byFold[.all, default: []].append(name)
      } else if case .number(let number) = owners[name] {
        missing.insert(number)
      } else {
        throw .file(
          path: splitsPath,
          problem:
            "no fold holds case \(name) for validation, so no network of \(previous) can make "
            + "its mask; add it to one, or train \(previous) on the fold all")
      }
    }
    guard missing.isEmpty else {
      throw .previousStage(
        configuration: configuration, previous: previous, folds: missing.sorted(),
        workspace: folder)
    }
    if let seen = byFold[.all] {
      observer.message(
        "the masks of \(seen.count) cases come from \(previous)'s network of the fold all, which was "
          + "trained on them: they will be better than those of new images")
    }
    return byFold.map { (fold: $0.key, cases: $0.value) }.sorted { "\($0.fold)" < "\($1.fold)" }
  }

  private func checkpoint(of fold: Fold, _ configuration: String) -> String {
    "\(ModelFolder.fold(fold, in: modelFolder(configuration)))/"
      + ModelFolder.Checkpoint.final.fileName
  }

  /// Makes the masks of the previous stage that are missing or out of date.
  ///
  /// - Parameters:
  ///   - configuration: The second stage.
  ///   - folds: The folds of the first stage, with their cases.
  ///   - dataset: The dataset.
  ///   - plan: The plan.
  ///   - settings: The precision to predict with.
  /// - Throws: ``WorkspaceError``; masks that are done stay.
  func makePreviousStageMasks(
    for configuration: String, by folds: [(fold: Fold, cases: [String])], of dataset: Dataset,
    plan: SegmentationPlan, settings: TrainingSettings
  ) throws(WorkspaceError) {
    let masks: NextStageMasks
    let previous: String
    do throws(TrainingError) {
      previous = try plan.previousStage(of: configuration)
      masks = try NextStageMasks(
        plan, for: configuration, in: nextStageFolder(previous, for: configuration))
    } catch {
      throw .training(error)
    }
    let store = try preprocess(dataset, configuration: previous, by: plan)
    for (fold, cases) in folds {
      let weights = checkpoint(of: fold, previous)
      var stale: [StoredCase] = []
      do throws(PreprocessingError) {
        for name in cases {
          let entry = try store.open(name)
          if !masks.isUpToDate(entry, checkpoint: weights) { stale.append(entry) }
        }
      } catch {
        throw .preprocessing(error)
      }
      guard !stale.isEmpty else { continue }
      observer.message(
        "segmenting \(stale.count) cases with \(previous), fold \(fold), for \(configuration)")
      var predicting = Predictor.Settings()
      predicting.precision = settings.precision
      let predictor: Predictor
      do throws(InferenceError) {
        predictor = try Predictor(
          ModelFolder(modelFolder(previous)), folds: [fold], settings: predicting)
      } catch {
        throw .inference(error)
      }
      do throws(TrainingError) {
        for (index, entry) in stale.enumerated() {
          try masks.make(entry, with: predictor, checkpoint: weights)
          observer.progress("masks of \(previous), fold \(fold)", index + 1, stale.count)
        }
      } catch {
        throw .training(error)
      }
    }
  }
}

extension SegmentationPlan {
  /// The previous stage of a configuration that has one.
  fileprivate func previousStage(of name: String) throws(TrainingError) -> String {
    do throws(PlanningError) {
      if let previous = try configuration(name).previousStage { return previous }
    } catch {
      throw .planning(error)
    }
    throw .architecture(configuration: name, problem: "it has no previous stage")
  }

  /// The configuration whose preprocessed cases a configuration shares: the first with the same data and preprocessing.
  func storageName(of name: String) -> String {
    guard let own = try? configuration(name) else { return name }
    return configurationNames.first { other in
      guard let found = try? configuration(other) else { return false }
      return found.dataIdentifier == own.dataIdentifier && found.spacing == own.spacing
        && found.normalizationSchemes == own.normalizationSchemes
        && found.usesMaskForNormalization == own.usesMaskForNormalization
        && found.imageResampling == own.imageResampling
        && found.labelResampling == own.labelResampling && own.previousStage != nil
    } ?? name
  }
}
