public import Evaluation

/// Why raters could not be compared.
public enum RatersError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Fewer raters than the comparison needs.
  case tooFewRaters(found: Int, needed: Int)
  /// A rater's mask does not lie on the first rater's grid.
  case gridMismatch(rater: Int, difference: String)
  /// Raters' labels need one more for undecided voxels than there are numbers.
  case noUndecidedLabel
  /// A table of ratings cannot be used.
  case unusableTable(String)
  /// Masks of two raters could not be compared.
  case incomparable(EvaluationError)

  /// What is wrong and what to do, on one line.
  public var description: String {
    switch self {
    case .tooFewRaters(let found, let needed):
      "found \(found) raters, expected at least \(needed); give more masks of the same case"
    case .gridMismatch(let rater, let difference):
      "mask \(rater + 1) does not lie on the grid of mask 1: \(difference); resample it"
    case .noUndecidedLabel:
      "label 65535 is taken, so that undecided voxels have none; renumber the labels"
    case .unusableTable(let problem): problem
    case .incomparable(let error): error.description
    }
  }
}
