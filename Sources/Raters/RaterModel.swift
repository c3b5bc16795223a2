import ElementaryFunctions
internal import Volumes

/// What is believed of the raters: `confusion[rater][true label][label given]`, by places of labels.
struct RaterModel {
  var priors: [Double]
  var confusion: [[[Double]]]
  private var places: [[Int]]
  private let counts: [Int]
  private let raters: Range<Int>

  static func binary(_ votes: RaterVotes, _ counts: [Int]) -> RaterModel {
    var model = RaterModel(votes, counts)
    let right = 0.99999
    if votes.labels.count == 2 {
      model.confusion = Array(
        repeating: [[right, 1 - right], [1 - right, right]], count: votes.raters)
    } else {
      model.confusion = Array(repeating: [[1]], count: votes.raters)
    }
    return model
  }

  static func multiLabel(_ votes: RaterVotes, _ counts: [Int]) -> RaterModel {
    var model = RaterModel(votes, counts)
    // Combinations that are undecided say nothing to begin with.
    let weights = votes.combinations.map { combination in
      let count = votesByLabel(combination)
      let most = count.values.max() ?? 0
      let best = count.filter { $0.value == most }
      return votes.labels.map { best.count == 1 && best[$0] != nil ? 1.0 : 0 }
    }
    model.confusion = model.updated(weights).confusion
    return model
  }

  private init(_ votes: RaterVotes, _ counts: [Int]) {
    self.counts = counts
    raters = 0..<votes.raters
    let labels = votes.labels
    let place = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    places = votes.combinations.map { $0.map { place[$0] ?? 0 } }
    var shares = [Double](repeating: 0, count: labels.count)
    for (combination, count) in zip(places, counts) {
      for label in combination { shares[label] += Double(count) }
    }
    let total = shares.reduce(0, +)
    priors = shares.map { $0 / total }
    confusion = []
  }

  /// The probability of every label for every combination.
  func probabilities() -> [[Double]] {
    places.map { combination in
      // Logarithms, so that many raters do not underflow.
      let logs = priors.indices.map { label in
        combination.enumerated().reduce(logarithm(priors[label])) { sum, entry in
          sum + logarithm(confusion[entry.offset][label][entry.element])
        }
      }
      let largest = logs.max() ?? 0
      if largest == -.infinity { return priors }
      let values = logs.map { exponential($0 - largest) }
      let sum = values.reduce(0, +)
      return values.map { $0 / sum }
    }
  }

  /// What the raters are like if the probabilities hold.
  func updated(_ weights: [[Double]]) -> RaterModel {
    let size = priors.count
    var next = self
    next.confusion = raters.map { rater in
      var table = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
      for (index, combination) in places.enumerated() {
        for label in 0..<size {
          table[label][combination[rater]] += weights[index][label] * Double(counts[index])
        }
      }
      return table.enumerated().map { label, row in
        let sum = row.reduce(0, +)
        // Nothing is learnt of a label that is nowhere probable.
        return sum > 0 ? row.map { $0 / sum } : row.indices.map { $0 == label ? 1 : 0 }
      }
    }
    return next
  }

  func largestChange(from other: RaterModel) -> Double {
    zip(confusion.joined().joined(), other.confusion.joined().joined()).reduce(0) {
      max($0, abs($1.0 - $1.1))
    }
  }

  func performance(of rater: Int, _ labels: [LabelMap.Label]) -> RaterPerformance {
    var sensitivity: [LabelMap.Label: Double] = [:]
    var specificity: [LabelMap.Label: Double] = [:]
    for (place, label) in labels.enumerated() where label != 0 {
      sensitivity[label] = confusion[rater][place][place]
      let others = priors.indices.filter { $0 != place }
      let weight = others.reduce(0) { $0 + priors[$1] }
      specificity[label] =
        1 - others.reduce(0) { $0 + priors[$1] * confusion[rater][$1][place] } / weight
    }
    return RaterPerformance(sensitivity: sensitivity, specificity: specificity, isUsed: true)
  }
}
