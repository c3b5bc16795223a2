public import Volumes

/// What several raters' masks become together.
public struct Consensus: Sendable {
  /// The mask.
  public let mask: LabelMap
  /// Probability or share of votes of the mask's label in every voxel, of foreground where there is
  /// but one label.
  public let probability: Volume<Float>
  /// What was found out about every rater, in their order.
  public let raters: [RaterPerformance]
  /// Rounds of the method; 1 where it has none.
  public let rounds: Int
}

/// How a rater compares with the consensus.
public struct RaterPerformance: Hashable, Sendable {
  /// Share of every label's consensus voxels that the rater gave the label, by the labels ascending;
  /// STAPLE weighs voxels by their probability.
  public let sensitivity: [LabelMap.Label: Double]
  /// Share of the voxels outside of every label's consensus that the rater left outside.
  public let specificity: [LabelMap.Label: Double]
  /// Whether the rater takes part in the consensus.
  public let isUsed: Bool
}

/// What becomes of a voxel that as many raters call one thing as another.
public enum TieRule: Hashable, Sendable, CaseIterable {
  /// It gets the smaller label: of one structure it is background.
  case smallest
  /// It gets the largest of the labels: of one structure it belongs to it.
  case largest
  /// It gets the number after the largest label that occurs.
  case undecided
}

extension RaterVotes {
  /// The label that most raters gave.
  ///
  /// - Parameter ties: What becomes of equal numbers of votes.
  /// - Returns: The mask, and the share of raters for its label.
  /// - Throws: ``RatersError/noUndecidedLabel``.
  public func majority(ties: TieRule = .smallest) throws(RatersError) -> Consensus {
    let undecided = try undecidedLabel(ties)
    var winners: [LabelMap.Label] = []
    var shares: [Double] = []
    for combination in combinations {
      let votes = votesByLabel(combination)
      let most = votes.values.max() ?? 0
      let best = votes.filter { $0.value == most }.keys.sorted()
      winners.append(decide(best, ties, undecided))
      shares.append(share(winners[winners.count - 1], votes, raters))
    }
    return consensus(winners, shares)
  }

  /// Voxels that any rater gave a label; of several labels the one with most votes, of equals the
  /// smallest.
  public var union: Consensus {
    let winners = combinations.map { combination -> LabelMap.Label in
      let votes = votesByLabel(combination).filter { $0.key != 0 }
      let most = votes.values.max() ?? 0
      return votes.filter { $0.value == most }.keys.min() ?? 0
    }
    return consensus(winners, foregroundShares)
  }

  /// Voxels that all raters gave the same label.
  public var intersection: Consensus {
    let winners = combinations.map { combination in
      combination.allSatisfy { $0 == combination[0] } ? combination[0] : 0
    }
    return consensus(winners, foregroundShares)
  }

  /// Share of raters that gave any label, by combination.
  var foregroundShares: [Double] {
    combinations.map { Double($0.count { $0 != 0 }) / Double(raters) }
  }

  /// The number after the largest label, where it is needed.
  func undecidedLabel(_ ties: TieRule) throws(RatersError) -> LabelMap.Label {
    guard ties == .undecided else { return 0 }
    let largest = labels.last ?? 0
    guard largest < .max else { throw .noUndecidedLabel }
    return largest + 1
  }

  func decide(
    _ best: [LabelMap.Label], _ ties: TieRule, _ undecided: LabelMap.Label
  ) -> LabelMap.Label {
    if best.count == 1 { return best[0] }
    switch ties {
    case .smallest: return best.first ?? 0
    case .largest: return best.last ?? 0
    case .undecided: return undecided
    }
  }

  /// A consensus of the labels that combinations get, every rater compared with it.
  func consensus(
    _ winners: [LabelMap.Label], _ probabilities: [Double], rounds: Int = 1,
    used: Set<Int>? = nil
  ) -> Consensus {
    let performances = (0..<raters).map { rater in
      performance(of: rater, against: winners, isUsed: used?.contains(rater) ?? true)
    }
    return Consensus(
      mask: labelMap(winners), probability: image(probabilities), raters: performances,
      rounds: rounds)
  }

  private func performance(
    of rater: Int, against winners: [LabelMap.Label], isUsed: Bool
  ) -> RaterPerformance {
    var sensitivity: [LabelMap.Label: Double] = [:]
    var specificity: [LabelMap.Label: Double] = [:]
    for label in labels where label != 0 {
      var (inside, found, outside, left) = (0, 0, 0, 0)
      for (index, combination) in combinations.enumerated() {
        let isFound = combination[rater] == label
        if winners[index] == label {
          inside += counts[index]
          if isFound { found += counts[index] }
        } else {
          outside += counts[index]
          if !isFound { left += counts[index] }
        }
      }
      sensitivity[label] = Double(found) / Double(inside)
      specificity[label] = Double(left) / Double(outside)
    }
    return RaterPerformance(
      sensitivity: sensitivity, specificity: specificity, isUsed: isUsed)
  }
}

/// How many raters gave each label.
func votesByLabel(_ combination: [LabelMap.Label]) -> [LabelMap.Label: Int] {
  combination.reduce(into: [:]) { $0[$1, default: 0] += 1 }
}

/// The share of a label's votes; where it is background, that of the other labels together.
private func share(
  _ label: LabelMap.Label, _ votes: [LabelMap.Label: Int], _ raters: Int
) -> Double {
  let count = label == 0 ? raters - (votes[0] ?? 0) : votes[label] ?? 0
  return Double(count) / Double(raters)
}
