internal import Volumes

extension RaterVotes {
  /// The weighted vote of the raters that agree with it, by SIMPLE; all labels count as one structure.
  ///
  /// From the majority vote on, raters whose Dice with the estimate is below the mean by more than one
  /// standard deviation are dropped, and the others vote with their Dice as weight, until nothing
  /// changes or after twenty rounds. At least two raters stay, and of three at most one is dropped in
  /// all.
  ///
  /// - Returns: The mask, with label 1, and the share of weighted votes.
  /// - Throws: ``RatersError/tooFewRaters(found:needed:)`` of fewer than two.
  /// - Source: Langerak et al., IEEE TMI 29(12), 2010, doi:10.1109/TMI.2010.2057442; one standard
  ///   deviation is this module's choice.
  public func simple() throws(RatersError) -> Consensus {
    guard raters > 1 else { throw .tooFewRaters(found: raters, needed: 2) }
    return asOneStructure.simpleOfForeground()
  }

  private func simpleOfForeground() -> Consensus {
    var used = Set(0..<raters)
    var weights = [Double](repeating: 1, count: raters)
    var estimate = vote(used, weights)
    let fewest = raters == 3 ? 2 : min(2, raters)
    var rounds = 0
    while rounds < 20 {
      rounds += 1
      let before = (used: used, estimate: estimate.map { $0 > 0.5 })
      weights = (0..<raters).map { dice(of: $0, with: before.estimate) }
      let scores = used.map { weights[$0] }
      let mean = scores.reduce(0, +) / Double(scores.count)
      let squares = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let limit = mean - (squares / Double(scores.count)).squareRoot()
      // The worst first, as far as raters may go.
      let dropped = used.filter { weights[$0] < limit - 1e-12 }
        .sorted { (weights[$0], $0) < (weights[$1], $1) }.prefix(used.count - fewest)
      used.subtract(dropped)
      estimate = vote(used, weights)
      if used == before.used, estimate.map({ $0 > 0.5 }) == before.estimate { break }
    }
    return consensus(
      estimate.map { $0 > 0.5 ? 1 : 0 }, estimate, rounds: rounds, used: used)
  }

  /// The weighted share of the used raters that call a combination foreground.
  private func vote(_ used: Set<Int>, _ weights: [Double]) -> [Double] {
    let members = used.sorted()
    let total = members.reduce(0) { $0 + weights[$1] }
    return combinations.map { combination in
      let votes = members.reduce(0) { $0 + (combination[$1] != 0 ? weights[$1] : 0) }
      return total > 0 ? votes / total : 0
    }
  }

  /// Dice of a rater's foreground with an estimate's; 1 where both are empty.
  private func dice(of rater: Int, with estimate: [Bool]) -> Double {
    var (both, sum) = (0, 0)
    for (index, combination) in combinations.enumerated() {
      let (a, b) = (combination[rater] != 0, estimate[index])
      if a, b { both += counts[index] }
      sum += (a ? counts[index] : 0) + (b ? counts[index] : 0)
    }
    return sum > 0 ? Double(2 * both) / Double(sum) : 1
  }
}
