public import RandomNumbers
import Volumes

/// Adds independent normal noise of mean 0 to every voxel of every channel.
///
/// - Source: Box, Muller, "A note on the generation of random normal deviates", 1958, doi:10.1214/aoms/1177706645.
public struct GaussianNoise: Hashable, Sendable, Codable {
  /// Standard deviation of the noise, at least 0.
  public var standardDeviation: Float
  /// What the noise is made from: the same seed gives the same noise.
  public var seed: UInt64

  /// Noise of a standard deviation, made from a seed.
  public init(standardDeviation: Float, seed: UInt64) {
    self.standardDeviation = standardDeviation
    self.seed = seed
  }

  /// Adds the noise to a patch.
  public func apply(to patch: PatchMemory) {
    addNormalNoise(
      to: UnsafeMutableBufferPointer(
        start: patch.image, count: patch.channelCount * patch.shape.count),
      standardDeviation: standardDeviation, seed: seed)
  }
}

/// Draws noise.
public struct RandomGaussianNoise: Hashable, Sendable, Codable {
  /// Probability that noise is added.
  public var probability: Float = 0.1
  /// Standard deviations, one drawn for all channels.
  ///
  /// The reference calls them variances but uses them so.
  public var standardDeviationRange: ClosedRange<Float> = 0...0.1

  /// The reference's probability and range.
  public init() {}

  /// Draws noise, or nil for none.
  public func draw(from generator: inout SplitMix64) -> GaussianNoise? {
    guard generator.chance(probability) else { return nil }
    return GaussianNoise(
      standardDeviation: generator.uniform(standardDeviationRange), seed: generator.next())
  }
}
