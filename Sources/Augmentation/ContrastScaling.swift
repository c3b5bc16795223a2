public import RandomNumbers

/// Stretches the intensities of each channel about their mean and cuts them off at the former minimum and maximum.
public struct ContrastScaling: Hashable, Sendable, Codable {
  /// One factor per channel; nil leaves the channel alone.
  public var factors: [Float?]

  /// Stretching by one factor per channel.
  public init(factors: [Float?]) { self.factors = factors }

  /// Stretches the channels of a patch.
  public func apply(to patch: PatchMemory) {
    patch.forEachChannel(with: factors) { values, factor in
      let before = statistics(of: values)
      let mean = Float(before.mean)
      let (low, high) = (before.minimum, before.maximum)
      for index in values.indices {
        let stretched = (values[index] - mean) * factor + mean
        values[index] = min(max(stretched, low), high)
      }
    }
  }
}

/// Draws contrast factors.
public struct RandomContrastScaling: Hashable, Sendable, Codable {
  /// Probability that the contrast of a patch changes, then of all channels.
  public var probability: Float = 0.15
  /// Law of the factors, one drawn per channel.
  public var factor = RandomFactor(0.75...1.25)

  /// The reference's probability and law.
  public init() {}

  /// Draws factors, or nil for no change.
  public func draw(channelCount: Int, from generator: inout SplitMix64) -> ContrastScaling? {
    guard generator.chance(probability) else { return nil }
    return ContrastScaling(factors: (0..<channelCount).map { _ in factor.draw(from: &generator) })
  }
}
