internal import Evaluation
internal import FileOutput
internal import FoundationEssentials
internal import Glibc
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
    try GatheredFolder.replace(folder) { (gathered) throws(ModelSelectionError) in
      try gathered.copyDescription(of: first.model.path)
      let inputs = members.indices.map { "\(gathered.path)/.member_\($0)" }
      for (member, input) in zip(members, inputs) { try member.linkProbabilities(in: input) }
      do throws(WorkspaceError) {
        let ensemble = try FolderEnsemble(
          inputs, description: first.model.description, observer: observer)
        for outcome in try ensemble.run(into: gathered.path) {
          if let problem = outcome.problem {
            throw .input(path: outcome.id, problem: problem)
          }
        }
      } catch {
        throw .workspace(error)
      }
      for input in inputs { try? FileManager.default.removeItem(atPath: input) }
      let scores = try first.score(first.pairs(in: gathered.path))
        .moved(to: folder, first.fileEnding)
      try gathered.write(scores)
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
    try writing { () throws(FileOutputError) in
      try createFolder(folder)
      for pair in pairs {
        try link(probabilities(of: pair), as: "\(folder)/\(pair.name).npz")
        try link(pair.prediction, as: "\(folder)/\(pair.name)\(fileEnding)")
      }
    }
  }
}

/// Makes a symbolic link.
private func link(_ path: String, as name: String) throws(FileOutputError) {
  guard symlink(absolute(path), name) == 0 else {
    throw .refused(path: name, step: .create, reason: String(cString: strerror(errno)))
  }
}

private func absolute(_ path: String) -> String {
  path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
}
