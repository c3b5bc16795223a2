/// How an image is taken apart into supervoxels.
///
/// - Source: The values of Zwanenburg et al., "Assessing robustness of radiomic features by image
///   perturbation", Sci Rep 9, 2019, doi:10.1038/s41598-018-36938-4, as in the program MIRP.
public struct SupervoxelSettings: Hashable, Sendable {
  /// Wanted volume of a supervoxel in cubic millimetres, if that is enough voxels.
  public var volume = 500.0
  /// Fewest voxels that a supervoxel is meant to have.
  public var fewestVoxels = 20.0
  /// How much distance counts against intensity, of which the range is 1.
  public var compactness = 0.05
  /// Standard deviation of the Gaussian that the image is smoothed by before, in smallest spacings.
  public var smoothing = 1.0
  /// Rounds of assigning voxels and moving centres.
  public var rounds = 10

  /// The values of the source.
  public init() {}
}
