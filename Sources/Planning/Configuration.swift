/// One way to train on a dataset: a resolution, a patch, a network.
///
/// Axes are those of transposed arrays, slowest first; a 2-D configuration has the last two.
public struct Configuration: Sendable, Equatable {
  /// The folder name of its preprocessed data.
  public var dataIdentifier: String
  /// Patches in one training step.
  public var batchSize: Int
  /// Voxels of a patch, one number per axis.
  public var patchSize: [Int]
  /// Median extent of the resampled cases, may end in .5.
  public var medianShape: [Double]
  /// Spacing in mm to which cases are resampled, one number per axis.
  public var spacing: [Double]
  /// How each channel is normalised.
  public var normalizationSchemes: [NormalizationScheme]
  /// Whether each channel's statistics are limited to the non-zero region.
  public var usesMaskForNormalization: [Bool]
  /// How images are resampled.
  public var imageResampling: ResamplingSettings
  /// How label maps are resampled.
  public var labelResampling: ResamplingSettings
  /// How the network's output is brought back.
  public var probabilityResampling: ResamplingSettings
  /// The network.
  public var architecture: Architecture
  /// Whether the Dice loss counts over the batch as one, instead of over each patch.
  public var usesBatchDice: Bool
  /// The configuration whose prediction is an additional input, or nil.
  public var previousStage: String?
  /// The configurations that take this one's prediction as input.
  public var nextStages: [String]

  /// 2 or 3.
  public var dimensions: Int { patchSize.count }
}
