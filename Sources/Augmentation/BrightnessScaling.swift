public import RandomNumbers

/// Multiplies the intensities of each channel by a factor.
public struct BrightnessScaling: Hashable, Sendable, Codable {
  /// One factor per channel; nil leaves the channel alone.
  public var factors: [Float?]

  /// Scaling by one factor per channel.
  public init(factors: [Float?]) { self.factors = factors }

  /// Scales the channels of a patch.
  public func apply(to patch: PatchMemory) {
    patch.forEachChannel(with: factors) { values, factor in
      for index in values.indices { values[index] *= factor }
    }
  }
}

/// Draws brightness factors.
public struct RandomBrightnessScaling: Hashable, Sendable, Codable {
  /// Probability that the brightness of a patch changes, then of all channels.
  public var probability: Float = 0.15
  /// Law of the factors, one drawn per channel.
  public var factor = RandomFactor(0.75...1.25)

  /// The reference's probability and law.
  public init() {}

  /// Draws factors, or nil for no change.
  public func draw(
    channelCount: Int, from generator: inout SplitMix64
  ) -> BrightnessScaling? {
    guard generator.chance(probability) else { return nil }
    return BrightnessScaling(factors: (0..<channelCount).map { _ in factor.draw(from: &generator) })
  }
}
