internal import Evaluation
internal import FoundationEssentials
internal import Inference
internal import VolumeFiles
internal import Volumes
internal import Workspaces

/// The cross-validations of several models averaged: for every case the probabilities of those
/// networks that have not seen it.
///
/// - Source: nnU-Net v2's `ensemble_crossvalidations`.
struct EnsembleValidation {
  /// The models, which must have validated the same cases, in whatever folds.
  let members: [CrossValidation]

  /// Averages the probabilities, writes the masks that they decide to a folder, and scores them.
  ///
  /// The folder gets `plans.json` and `dataset.json` of the first model and a `summary.json`; it
  /// replaces an earlier one when everything is written.
  func gather(
    into folder: String, observer: StepObserver
  ) throws(ModelSelectionError) -> EvaluationSummary {
    let first = members[0]
    var summary: EvaluationSummary?
    try replaceFolder(folder) { (temporary) throws(ModelSelectionError) in
      for name in ["plans.json", "dataset.json"] {
        try copy("\(first.model.path)/\(name)", to: "\(temporary)/\(name)")
      }
      let inputs = members.indices.map { "\(temporary)/.member_\($0)" }
      for (member, input) in zip(members, inputs) { try member.linkProbabilities(in: input) }
      do throws(WorkspaceError) {
        let ensemble = try FolderEnsemble(
          inputs, description: first.model.description, observer: observer)
        for outcome in try ensemble.run(into: temporary) {
          if let problem = outcome.problem {
            throw .input(path: outcome.id, problem: problem)
          }
        }
      } catch {
        throw .workspace(error)
      }
      for input in inputs { try? FileManager.default.removeItem(atPath: input) }
      let scores = try first.score(first.pairs(in: temporary)).moved(to: folder, first.fileEnding)
      do throws(EvaluationError) { try scores.write(to: "\(temporary)/summary.json") } catch {
        throw .evaluation(error)
      }
      summary = scores
    }
    return summary ?? EvaluationSummary(structures: [], cases: [])
  }
}

extension CrossValidation {
  /// Where the probabilities of a case are saved, beside its mask.
  func probabilities(of pair: EvaluationPair) -> String {
    pair.prediction.dropLast(fileEnding.count) + ".npz"
  }

  /// The cases without saved probabilities.
  var pairsWithoutProbabilities: [EvaluationPair] {
    pairs.filter { !FileManager.default.fileExists(atPath: probabilities(of: $0)) }
  }

  /// Makes a folder with links to the masks and probabilities of all folds.
  fileprivate func linkProbabilities(in folder: String) throws(ModelSelectionError) {
    let files = FileManager.default
    do {
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for pair in pairs {
        try files.createSymbolicLink(
          atPath: "\(folder)/\(pair.name).npz",
          withDestinationPath: absolute(probabilities(of: pair)))
        try files.createSymbolicLink(
          atPath: "\(folder)/\(pair.name)\(fileEnding)",
          withDestinationPath: absolute(pair.prediction))
      }
    } catch {
      throw .unwritable(path: folder, reason: "links to the probabilities cannot be made")
    }
  }
}

private func absolute(_ path: String) -> String {
  path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
}
