internal import RegionsOfInterest

/// What counts as the surface of a mask.
public enum SurfaceDefinition: CaseIterable, Hashable, Sendable {
  /// Elements between voxels, weighted by their area: ``SurfaceDistances``.
  case elements
  /// The mask's outermost voxels, all alike: ``BorderDistances``.
  case borderVoxels
}

/// How a surface is scored.
public struct SurfaceSettings: Hashable, Sendable {
  /// Distance in mm, at least 0, within which a surface counts as right in the normalised surface
  /// distance.
  ///
  /// Take what raters differ by.
  public var tolerance = 1.0
  /// What counts as surface.
  public var definition = SurfaceDefinition.elements

  /// A tolerance of 1 mm between surface elements.
  public init() {}

  /// Surfaces within `tolerance` mm count as right.
  public init(tolerance: Double) { self.tolerance = tolerance }
}

/// Surface distances of one structure in one case.
///
/// Where only one of the masks has the structure, distances are infinite and the normalised surface
/// distance is 0; where neither has, all are NaN.
public struct SurfaceScores: Hashable, Sendable {
  /// 95th percentile of the Hausdorff distance, in mm.
  public var hausdorff95: Double
  /// Average symmetric surface distance, in mm.
  public var averageSymmetricDistance: Double
  /// Normalised surface distance (surface Dice) at the tolerance of the settings.
  public var normalisedSurfaceDistance: Double

  /// The scores of a pair of surfaces.
  public init(_ distances: SurfaceDistances, settings: SurfaceSettings) {
    hausdorff95 = distances.hausdorffDistance(coveringShare: 0.95)
    averageSymmetricDistance = distances.averageSymmetricDistance
    normalisedSurfaceDistance = distances.normalisedSurfaceDistance(tolerance: settings.tolerance)
  }

  /// The scores of a pair of borders.
  public init(_ distances: BorderDistances, settings: SurfaceSettings) {
    hausdorff95 = distances.hausdorffDistance(coveringShare: 0.95)
    averageSymmetricDistance = distances.averageSymmetricDistance
    normalisedSurfaceDistance = distances.normalisedSurfaceDistance(tolerance: settings.tolerance)
  }

  /// The scores of a pair of masks by the definition of the settings.
  init(reference: Mask, prediction: Mask, settings: SurfaceSettings) {
    switch settings.definition {
    case .elements:
      self.init(SurfaceDistances(reference: reference, prediction: prediction), settings: settings)
    case .borderVoxels:
      self.init(BorderDistances(reference: reference, prediction: prediction), settings: settings)
    }
  }
}
