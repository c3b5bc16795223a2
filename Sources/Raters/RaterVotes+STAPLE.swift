public import RegionsOfInterest
internal import Volumes

/// How STAPLE runs.
public struct STAPLESettings: Hashable, Sendable {
  /// Largest number of rounds.
  public var maximumRounds = 1000
  /// What becomes of labels of equal probability.
  public var ties = TieRule.smallest
  /// Voxels of background that count around the box of all masks; nil, the whole grid counts, as in
  /// SimpleITK.
  public var margin: Ball?

  /// A thousand rounds, ties to the smaller label, the whole grid.
  public init() {}
}

extension RaterVotes {
  /// The hidden true mask that explains all raters best, by expectation maximisation.
  ///
  /// Of one label every rater has a sensitivity and a specificity, both 0.99999 to begin with, and the
  /// prior is the mean share of foreground; rounds end when none changes by 1e-7. Of several labels
  /// every rater has a matrix of probabilities, from the majority vote to begin with, and the priors are
  /// the labels' shares; rounds end when none changes by 1e-5. The share of background, and with it the
  /// result, depends on how much of the grid counts.
  ///
  /// - Parameter settings: How it runs.
  /// - Returns: The mask of the most probable labels and the probability of foreground; sensitivities
  ///   and specificities as estimated.
  /// - Throws: ``RatersError/noUndecidedLabel``.
  /// - Source: Warfield, Zou, Wells, IEEE TMI 23(7), 2004, doi:10.1109/TMI.2004.828354; several labels:
  ///   Rohlfing, Russakoff, Maurer, IEEE TMI 23(8), 2004, doi:10.1109/TMI.2004.830803.
  public func staple(_ settings: STAPLESettings = STAPLESettings()) throws(RatersError) -> Consensus
  {
    let labels = labels
    let undecided = try undecidedLabel(settings.ties)
    let counts = counts(withMargin: settings.margin)
    var model =
      labels.count <= 2 ? RaterModel.binary(self, counts) : RaterModel.multiLabel(self, counts)
    let tolerance = labels.count <= 2 ? 1e-7 : 1e-5
    var weights: [[Double]] = []
    var rounds = 0
    while rounds < settings.maximumRounds {
      weights = model.probabilities()
      let next = model.updated(weights)
      let change = next.largestChange(from: model)
      model = next
      rounds += 1
      if change < tolerance { break }
    }
    let winners = weights.map { weights in
      let most = weights.max() ?? 0
      let best = weights.indices.filter { weights[$0] == most }.map { labels[$0] }
      return decide(best, settings.ties, undecided)
    }
    return Consensus(
      mask: labelMap(winners), probability: image(weights.map { 1 - $0[0] }),
      raters: (0..<raters).map { model.performance(of: $0, labels) }, rounds: rounds)
  }

  /// Voxels of every combination in the box of all masks with a margin.
  private func counts(withMargin margin: Ball?) -> [Int] {
    guard let margin,
      let background = combinations.firstIndex(where: { $0.allSatisfy { $0 == 0 } })
    else { return counts }
    let marked = combinations.map { $0.contains { $0 != 0 } }
    let union = Mask(voxels: indices.map { marked[Int($0)] }, geometry: geometry)
    guard let box = union.box(expandedBy: margin) else { return counts }
    var counts = counts
    // Beyond the box all raters see background.
    counts[background] -= geometry.extent.count - box.extent.count
    return counts
  }
}
