/// A figure of a structure in one case that is summed up over cases.
public enum CaseMetric: String, CaseIterable, Sendable {
  /// Dice's coefficient.
  case dice
  /// Intersection over union.
  case intersectionOverUnion = "iou"
  /// 95th percentile of the Hausdorff distance, in mm.
  case hausdorff95 = "hd95_mm"
  /// Average symmetric surface distance, in mm.
  case averageSymmetricDistance = "assd_mm"
  /// Normalised surface distance (surface Dice).
  case normalisedSurfaceDistance = "nsd"
  /// Predicted minus true volume, in ml.
  case volumeDifference = "volume_difference_ml"
  /// Predicted minus true volume, in percent of the true one; infinite where that is 0.
  case relativeVolumeDifference = "volume_difference_percent"
  /// F1 of the lesions.
  case lesionF1 = "lesion_f1"
  /// Share of the true lesions that were found.
  case lesionSensitivity = "lesion_sensitivity"
  /// Share of the predicted lesions that are true.
  case lesionPrecision = "lesion_precision"
}

extension CaseOverlap {
  /// A figure of a structure; nil where it was not asked for.
  ///
  /// - Parameters:
  ///   - metric: The figure.
  ///   - structure: Place of the structure in the summary.
  /// - Returns: The figure, NaN where it is not defined.
  public func score(_ metric: CaseMetric, ofStructure structure: Int) -> Double? {
    let surface = surfaces.isEmpty ? nil : surfaces[structure]
    let lesion = lesions.isEmpty ? nil : lesions[structure]
    let (found, expected) = (
      Double(counts[structure].predictedVoxels), Double(counts[structure].referenceVoxels)
    )
    return switch metric {
    case .dice: counts[structure].dice
    case .intersectionOverUnion: counts[structure].intersectionOverUnion
    case .hausdorff95: surface?.hausdorff95
    case .averageSymmetricDistance: surface?.averageSymmetricDistance
    case .normalisedSurfaceDistance: surface?.normalisedSurfaceDistance
    case .volumeDifference: voxelVolume.map { (found - expected) * $0 / 1000 }
    case .relativeVolumeDifference: 100 * (found - expected) / expected
    case .lesionF1: lesion?.f1
    case .lesionSensitivity: lesion?.sensitivity
    case .lesionPrecision: lesion?.precision
    }
  }
}
