/// How a deformable registration searches.
public struct DeformableSettings: Hashable, Sendable {
  /// How the linear part is found before; nil for the given map alone.
  public var linear: LinearSettings?
  /// What makes the images alike.
  public var metric = DeformableMetric.localCorrelation(radius: 2)
  /// Weight of the velocity's mean squared slope against the similarity: larger is stiffer.
  public var regularity = 0.2
  /// How far in millimetres the first, exhaustive search reaches along each axis.
  public var range = 16.0
  /// Weight of the similarity of structure that is added to ``metric``.
  public var structureWeight = 0.0
  /// Means over 3 x 3 x 3 voxels by which the velocity is smoothed.
  public var smoothings = 3
  /// Steps of the search with the images at half the resolution.
  public var coarseSteps = 30
  /// Steps with the images at full resolution.
  public var fineSteps = 20
  /// Length of the search's steps in voxels of the working grid.
  public var stepLength = 0.5
  /// Voxels along the working grid's longest axis at most.
  public var longestAxis = 160

  /// The same, quicker: at most 40 steps, with the images at half the resolution only.
  public var fast: DeformableSettings {
    var settings = self
    settings.coarseSteps = min(coarseSteps, 40)
    settings.fineSteps = 0
    return settings
  }

  /// The default settings: no linear part, local correlation.
  public init() {}
}

/// What a deformable registration compares.
public enum DeformableMetric: Hashable, Sendable {
  /// Squared local correlation in cubes of `2 radius + 1` voxels: images of one kind.
  case localCorrelation(radius: Int)
  /// The structure around every voxel, whatever the contrast.
  case structure
  /// Mean squared difference: images whose intensities mean the same.
  case meanSquares
}
