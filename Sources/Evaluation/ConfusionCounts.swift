/// Numbers of voxels in which a prediction and a reference agree and differ about one structure.
public struct ConfusionCounts: Hashable, Sendable {
  /// Voxels that both give to the structure.
  public var truePositives: Int
  /// Voxels that only the prediction gives to the structure.
  public var falsePositives: Int
  /// Voxels that only the reference gives to the structure.
  public var falseNegatives: Int
  /// Voxels that neither gives to the structure.
  public var trueNegatives: Int

  /// Counts of one pair of masks.
  public init(
    truePositives: Int, falsePositives: Int, falseNegatives: Int, trueNegatives: Int
  ) {
    self.truePositives = truePositives
    self.falsePositives = falsePositives
    self.falseNegatives = falseNegatives
    self.trueNegatives = trueNegatives
  }

  /// Voxels of the structure in the prediction.
  public var predictedVoxels: Int { truePositives + falsePositives }

  /// Voxels of the structure in the reference.
  public var referenceVoxels: Int { truePositives + falseNegatives }

  /// Dice's coefficient, 2 TP / (2 TP + FP + FN); NaN where the structure is in neither mask.
  ///
  /// - Source: Dice, Ecology 26(3), 1945, doi:10.2307/1932409.
  public var dice: Double {
    Double(2 * truePositives) / Double(2 * truePositives + falsePositives + falseNegatives)
  }

  /// Intersection over union (Jaccard's index), TP / (TP + FP + FN); NaN where the structure is in
  /// neither mask.
  public var intersectionOverUnion: Double {
    Double(truePositives) / Double(truePositives + falsePositives + falseNegatives)
  }
}

/// A figure of a structure in one case, as named in a `summary.json`.
public enum OverlapMetric: String, CaseIterable, Sendable {
  /// Dice's coefficient.
  case dice = "Dice"
  /// False negatives.
  case falseNegatives = "FN"
  /// False positives.
  case falsePositives = "FP"
  /// Intersection over union.
  case intersectionOverUnion = "IoU"
  /// True negatives.
  case trueNegatives = "TN"
  /// True positives.
  case truePositives = "TP"
  /// Voxels of the structure in the prediction.
  case predictedVoxels = "n_pred"
  /// Voxels of the structure in the reference.
  case referenceVoxels = "n_ref"

  /// Whether the figure is a number of voxels.
  var isCount: Bool { self != .dice && self != .intersectionOverUnion }
}

extension ConfusionCounts {
  /// The figure of the given name.
  public subscript(metric: OverlapMetric) -> Double {
    switch metric {
    case .dice: dice
    case .intersectionOverUnion: intersectionOverUnion
    case .falseNegatives: Double(falseNegatives)
    case .falsePositives: Double(falsePositives)
    case .trueNegatives: Double(trueNegatives)
    case .truePositives: Double(truePositives)
    case .predictedVoxels: Double(predictedVoxels)
    case .referenceVoxels: Double(referenceVoxels)
    }
  }
}
