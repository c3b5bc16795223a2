import RegionsOfInterest
public import Volumes

/// Several simulated raters of one case.
public struct RaterPanel: Sendable {
  /// The raters.
  public let raters: [SimulatedRater]
  private let truth: LabelMap

  /// What a panel draws with the strength that brings it to a wanted agreement.
  public struct Calibrated: Sendable {
    /// What all amounts of the style are multiplied by.
    public let strength: Double
    /// The raters' masks.
    public let drawings: [LabelMap]
    /// Dice with the truth, of every rater the mean over structures.
    public let dice: [Double]

    /// Mean of the raters' Dice.
    public var meanDice: Double { dice.reduce(0, +) / Double(dice.count) }
  }

  /// Raters of one style who differ by chance.
  ///
  /// - Parameters:
  ///   - truth: The true structures.
  ///   - count: Number of raters.
  ///   - style: How they differ from them.
  ///   - seed: Equal seeds and cases give equal raters, whatever their number.
  ///   - name: The case, so that cases differ.
  /// - Throws: ``SimulationError``.
  public init(
    of truth: LabelMap, raters count: Int, style: RaterStyle, seed: UInt64, case name: String
  ) throws(SimulationError) {
    var raters: [SimulatedRater] = []
    for number in 0..<count {
      raters.append(
        try SimulatedRater(of: truth, style: style, seed: seed, case: name, number: number))
    }
    self.raters = raters
    self.truth = truth
  }

  /// What the raters draw.
  ///
  /// - Parameter strength: What all amounts are multiplied by.
  /// - Returns: A label map per rater and their Dice.
  /// - Throws: ``SimulationError/region(_:)``.
  public func drawings(strength: Double = 1) throws(SimulationError) -> Calibrated {
    var drawings: [LabelMap] = []
    for rater in raters { drawings.append(try rater.drawing(strength: strength)) }
    return calibrated(strength, drawings)
  }

  /// What the raters draw with the strength, found by halving, at which their mean Dice with the
  /// truth comes nearest to a wanted one.
  ///
  /// - Parameters:
  ///   - target: The wanted mean over raters of the mean over structures, above 0 and below 1.
  ///   - tolerance: A larger distance from it is an error.
  /// - Returns: The drawings.
  /// - Throws: ``SimulationError/nothingToScale``,
  ///   ``SimulationError/diceOutOfReach(wanted:nearest:)`` or ``SimulationError/region(_:)``.
  /// - Complexity: About 20 drawings of every rater.
  public func calibrated(
    toMeanDice target: Double, tolerance: Double = 0.01
  ) throws(SimulationError) -> Calibrated {
    guard raters.contains(where: \.style.movesBorders) else { throw .nothingToScale }
    var best: Calibrated?
    func distance(_ candidate: Calibrated?) -> Double {
      candidate.map { abs($0.meanDice - target) } ?? .infinity
    }
    var canvases: [RaterCanvas] = []
    func attempt(_ strength: Double) -> Double {
      let candidate = calibrated(strength, canvases.map { $0.drawing(strength: strength) })
      if distance(candidate) < distance(best) { best = candidate }
      return candidate.meanDice
    }
    // Amounts of kilometres would not fail for want of strength.
    var (low, high) = (0.0, 0.125)
    while high < 1000 {
      canvases = try prepared(upToStrength: high)
      if attempt(high) < target { break }
      (low, high) = (high, 2 * high)
    }
    for _ in 0..<16 where high < 1000 && distance(best) > 5e-4 {
      let middle = 0.5 * (low + high)
      if attempt(middle) < target { high = middle } else { low = middle }
    }
    guard let best, distance(best) <= tolerance else {
      throw .diceOutOfReach(wanted: target, nearest: best?.meanDice ?? .nan)
    }
    return best
  }

  private func prepared(upToStrength strength: Double) throws(SimulationError) -> [RaterCanvas] {
    var canvases: [RaterCanvas] = []
    for rater in raters { canvases.append(try RaterCanvas(rater, upToStrength: strength)) }
    return canvases
  }

  private func calibrated(_ strength: Double, _ drawings: [LabelMap]) -> Calibrated {
    Calibrated(
      strength: strength, drawings: drawings, dice: drawings.map { $0.meanDice(with: truth) })
  }
}

extension LabelMap {
  /// Mean over the labels of a map but background of Dice with this one.
  ///
  /// - Parameter truth: A map on the same grid, not empty.
  /// - Returns: From 0 to 1.
  public func meanDice(with truth: LabelMap) -> Double {
    let (own, other) = (voxelCounts, truth.voxelCounts)
    var common: [Label: Int] = [:]
    for (a, b) in zip(labels, truth.labels) where a == b && a != 0 { common[a, default: 0] += 1 }
    let labels = other.keys.filter { $0 != 0 }.sorted()
    let sum = labels.reduce(0.0) { sum, label in
      sum + Double(2 * (common[label] ?? 0)) / Double((own[label] ?? 0) + (other[label] ?? 0))
    }
    return sum / Double(labels.count)
  }
}
