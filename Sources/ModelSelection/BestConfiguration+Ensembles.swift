internal import Evaluation
internal import Workspaces

extension BestConfiguration.Ensembles {
  /// Whether pairs of these models can be compared.
  func areComparable(
    _ validations: [CrossValidation], _ observer: StepObserver
  ) throws(ModelSelectionError) -> Bool {
    guard case .ofSavedProbabilities = self, validations.count > 1 else { return false }
    let missing = validations.map(\.pairsWithoutProbabilities)
    if zip(missing, validations).allSatisfy({ $0.count == $1.pairs.count }) {
      observer.message("no fold has saved probabilities: ensembles take no part")
      return false
    }
    for (pairs, validation) in zip(missing, validations) {
      guard let pair = pairs.first else { continue }
      throw .file(
        path: validation.probabilities(of: pair),
        problem: "does not exist, although other folds have saved probabilities; predict what is "
          + "missing, or compare without ensembles")
    }
    return true
  }
}
