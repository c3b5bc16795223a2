/// How a linear registration searches.
public struct LinearSettings: Hashable, Sendable {
  /// The maps to choose from.
  public var family = LinearFamily.rigid
  /// What is minimised.
  public var metric = SimilarityMetric.mutualInformation()
  /// Target spacings in millimetres, coarse to fine; an axis that is coarser already keeps its own.
  ///
  /// Images whose smallest side is below ``smallImage`` mm use these as multiples of half the
  /// smallest spacing.
  public var spacings: [Double] = [8, 4, 1]
  /// Side in millimetres below which ``spacings`` are relative, as for a cut-out hippocampus.
  public var smallImage = 100.0
  /// Points of comparison at each level at most.
  public var sampleLimit = 60_000
  /// Interpolation between slices much thicker than the finest level.
  public var betweenSlices = SliceInterpolation.linear
  /// Where the search may start.
  public var starts = StartSearch.rotations
  /// Intensities of the fixed image outside of this range are set to its ends; by default to all but
  /// the 0.05 % smallest and largest.
  public var fixedRange: ClosedRange<Float>?
  /// The same for the moving image.
  public var movingRange: ClosedRange<Float>?
  /// Part of the fixed image that must lie in the moving image.
  public var leastOverlap = 0.25
  /// Nats, or what the metric counts in, by which the cost must fall; else the given map is kept.
  ///
  /// A histogram is never fine enough to tell the last hundredths of a millimetre: images that are in
  /// line already gain some 1e-5 nats by them, a real shift of a tenth of a voxel gains 1e-2.
  public var leastImprovement = 0.001
  /// Seed of the samples' places; equal seeds give equal results.
  public var seed: UInt64 = 1

  /// The default settings: rigid, mutual information, several starts.
  public init() {}

  /// How the images are interpolated along an axis that is more than twice as coarse as the finest
  /// level.
  public enum SliceInterpolation: String, Hashable, Sendable, CaseIterable {
    /// As along the other axes.
    ///
    /// Slices that lie parallel are drawn to one another a little: it is the surer choice for scans
    /// of one session, and the faster one.
    case linear
    /// By cubic B-splines, which blur less: the surer choice for scans that were resampled or turned,
    /// and where the scale along the axis is searched as well.
    case cubic
  }

  /// What is tried before the search.
  public enum StartSearch: String, Hashable, Sendable, CaseIterable {
    /// The given map alone: the images are nearly aligned in the world.
    case given
    /// The given map, the boxes' centres on one another, and the centres of mass on one another.
    case centres
    /// Those, and each of them turned about several axes and shifted.
    case rotations
  }
}
