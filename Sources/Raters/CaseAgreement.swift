public import RegionsOfInterest
public import Volumes

/// How several raters agree about one structure in one case, all of them together.
public struct CaseAgreement: Hashable, Sendable {
  /// Volume in ml that every rater gave the structure, in their order.
  public let volumes: [Double]
  /// Voxels common to all over voxels of any; NaN where no rater has the structure.
  public let generalisedJaccard: Double
  /// The voxels that pairs of raters share over what they could share: Dice of two raters, and of more
  /// the mean over pairs weighted by size; NaN where no rater has the structure.
  public let generalisedDice: Double
  /// Fleiss' kappa of the voxels up to a margin from what any rater marked.
  public let fleissKappa: Double
  /// Dice of every rater with STAPLE's consensus of all others; empty of fewer than three raters.
  public let leaveOneOutDice: [Double]

  /// Coefficient of variation of the volumes, with n - 1; NaN where all are 0.
  public var volumeVariation: Double {
    let count = Double(volumes.count)
    let mean = volumes.reduce(0, +) / count
    let squares = volumes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / (count - 1)).squareRoot() / mean
  }
}

extension RaterVotes {
  /// How the raters agree about one label.
  ///
  /// Kappa depends on how much background is counted, so its domain is the union of all masks of the
  /// label dilated by a margin.
  ///
  /// - Parameters:
  ///   - label: The structure.
  ///   - margin: The margin; 10 mm in reports, unless they say otherwise.
  /// - Returns: The agreement.
  /// - Complexity: One dilation of the union and a pass over its box, and STAPLE for every rater.
  public func agreement(on label: LabelMap.Label, margin: Ball) -> CaseAgreement {
    let votes = combinations.map { $0.count { $0 == label } }
    var inside = [Int](repeating: 0, count: raters)
    var (any, all, pairs) = (0, 0, 0)
    for (index, combination) in combinations.enumerated() {
      for rater in 0..<raters where combination[rater] == label { inside[rater] += counts[index] }
      if votes[index] > 0 { any += counts[index] }
      if votes[index] == raters { all += counts[index] }
      pairs += counts[index] * votes[index] * (votes[index] - 1)
    }
    let union = Mask(voxels: indices.map { votes[Int($0)] > 0 }, geometry: geometry)
    var near = [Int](repeating: 0, count: raters + 1)
    for (voxel, isNear) in union.dilated(by: margin).voxels.enumerated() where isNear {
      near[votes[Int(indices[voxel])]] += 1
    }
    let table = near.enumerated().filter { $0.element > 0 }.map { count, voxels in
      CategoryVotes(votes: [raters - count, count], subjects: voxels)
    }
    let sum = inside.reduce(0, +)
    return CaseAgreement(
      volumes: inside.map { Double($0) * geometry.voxelVolume / 1000 },
      generalisedJaccard: Double(all) / Double(any),
      generalisedDice: Double(pairs) / Double((raters - 1) * sum),
      fleissKappa: fleissKappa(table),
      leaveOneOutDice: (try? leaveOneOutDice(on: label, margin: margin)) ?? [])
  }
}
