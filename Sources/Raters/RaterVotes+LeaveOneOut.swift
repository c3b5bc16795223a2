public import RegionsOfInterest
public import Volumes

extension RaterVotes {
  /// Dice of every rater with the consensus that STAPLE finds of all others.
  ///
  /// - Parameters:
  ///   - label: The structure.
  ///   - margin: Background that counts for STAPLE around all masks.
  /// - Returns: One number per rater, NaN where neither has the structure.
  /// - Throws: ``RatersError/tooFewRaters(found:needed:)`` of fewer than three.
  /// - Complexity: As ``staple(_:)`` for every rater.
  public func leaveOneOutDice(
    on label: LabelMap.Label, margin: Ball
  ) throws(RatersError) -> [Double] {
    guard raters > 2 else { throw .tooFewRaters(found: raters, needed: 3) }
    var settings = STAPLESettings()
    settings.margin = margin
    var dice: [Double] = []
    for rater in 0..<raters {
      let others = without(rater, label: label)
      // Where no other has the structure there is nothing to estimate.
      let isEmpty = others.combinations.allSatisfy { !$0.contains(1) }
      let consensus = isEmpty ? nil : try others.staple(settings).mask
      var (both, sum) = (0, 0)
      for voxel in indices.indices {
        let own = combinations[Int(indices[voxel])][rater] == label
        let other = consensus?.labels[voxel] == 1
        both += own && other ? 1 : 0
        sum += (own ? 1 : 0) + (other ? 1 : 0)
      }
      dice.append(Double(2 * both) / Double(sum))
    }
    return dice
  }
}
