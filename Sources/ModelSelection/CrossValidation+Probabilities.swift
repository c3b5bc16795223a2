public import Datasets
internal import Evaluation
internal import FileOutput
internal import FoundationEssentials
internal import Glibc
internal import Inference
public import Workspaces

extension CrossValidation {
  /// Predicts the probabilities that no fold has saved, each by the network of the fold that held
  /// the case out; in a cascade that of the first stage's same fold goes before it.
  ///
  /// They go beside the folds' masks, which stay as they are.
  ///
  /// - Parameters:
  ///   - dataset: The dataset, with the cases' images.
  ///   - observer: Told about every case.
  /// - Throws: ``ModelSelectionError``; what was predicted before stays.
  public func predictMissingProbabilities(
    from dataset: Dataset, observer: StepObserver = StepObserver()
  ) throws(ModelSelectionError) {
    let missing = pairsWithoutProbabilities
    let entries = Dictionary(
      dataset.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for fold in folds {
      let validation = "\(ModelFolder.fold(fold, in: model.path))/validation"
      var cases: [Case] = []
      for pair in missing where pair.prediction == "\(validation)/\(pair.name)\(fileEnding)" {
        guard let entry = entries[pair.name] else {
          throw .file(path: pair.name, problem: "is no case of the dataset \(dataset.path)")
        }
        cases.append(entry)
      }
      if cases.isEmpty { continue }
      observer.message("\(model.path), fold \(fold): predicting \(cases.count) probabilities")
      try predict(cases, fold: fold, into: validation, observer)
    }
  }

  private func predict(
    _ cases: [Case], fold: Fold, into validation: String, _ observer: StepObserver
  ) throws(ModelSelectionError) {
    let files = FileManager.default
    let temporary = "\(validation)/.probabilities"
    try? files.removeItem(atPath: temporary)
    defer { try? files.removeItem(atPath: temporary) }
    let predictor: Predictor
    do throws(InferenceError) { predictor = try Predictor(model, folds: [fold]) } catch {
      throw .inference(error)
    }
    var prediction: FolderPrediction
    do throws(WorkspaceError) {
      var member = FolderPrediction.Member(model, predictor)
      member.previousStage = try PreviousStagePrediction(
        before: predictor, of: model, holdingOut: fold)
      prediction = try FolderPrediction([member], observer: observer)
    } catch {
      throw .workspace(error)
    }
    prediction.savesProbabilities = true
    // One by one, so that what is finished is kept when a later one fails.
    for entry in cases {
      do throws(WorkspaceError) {
        for outcome in try prediction.run([entry], into: temporary) {
          if let problem = outcome.problem { throw .input(path: outcome.id, problem: problem) }
        }
      } catch {
        throw .workspace(error)
      }
      // The archive last: where it is, everything is.
      for ending in [".pkl", ".npz"] {
        let name = entry.id + ending
        guard rename("\(temporary)/\(name)", "\(validation)/\(name)") == 0 else {
          throw .output(
            .refused(
              path: "\(validation)/\(name)", step: .rename,
              reason: String(cString: strerror(errno))))
        }
      }
    }
  }
}
