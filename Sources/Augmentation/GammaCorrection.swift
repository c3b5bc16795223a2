public import RandomNumbers

/// Raises the intensities of each channel, scaled to its range, to a power, and restores their mean and standard deviation.
///
/// With x from the channel's minimum m over its range r, y = ((x - m) / max(r, 1e-7))^gamma r + m, then shifted and scaled to the mean and
/// the unbiased standard deviation before. Inverted, all that happens to the negated channel, which is negated back afterwards.
public struct GammaCorrection: Hashable, Sendable, Codable {
  /// Which end of the intensities the power bends most.
  public enum Direction: String, Hashable, Sendable, Codable {
    /// The dark end.
    case dark
    /// The bright end: the image is negated before and after.
    case bright
  }

  /// One exponent in (0, 8] per channel; nil leaves the channel alone.
  public var exponents: [Float?]
  /// Which end of the intensities the power bends most.
  public var direction: Direction

  /// Correction by one exponent per channel.
  public init(exponents: [Float?], direction: Direction = .dark) {
    self.exponents = exponents
    self.direction = direction
  }

  /// Corrects the channels of a patch.
  public func apply(to patch: PatchMemory) {
    patch.forEachChannel(with: exponents) { values, exponent in
      let sign: Float = direction == .bright ? -1 : 1
      let before = statistics(of: values)
      let deviation = standardDeviation(of: values, about: before.mean)
      let low = direction == .bright ? -before.maximum : before.minimum
      let range = before.maximum - before.minimum
      let divisor = max(range, 1e-7)
      for index in values.indices {
        values[index] = power((sign * values[index] - low) / divisor, exponent) * range + low
      }
      let after = statistics(of: values)
      let factor = Float(
        deviation / max(standardDeviation(of: values, about: after.mean), 1e-7))
      let (mean, target) = (Float(after.mean), sign * Float(before.mean))
      for index in values.indices {
        values[index] = sign * ((values[index] - mean) * factor + target)
      }
    }
  }
}

/// Draws exponents.
public struct RandomGammaCorrection: Hashable, Sendable, Codable {
  /// Probability that a patch is corrected, then all channels.
  public var probability: Float
  /// Law of the exponents, one drawn per channel.
  public var exponent = RandomFactor(0.7...1.5)
  /// Which end of the intensities the power bends most.
  public var direction: GammaCorrection.Direction

  /// The reference's law, with a probability and direction.
  public init(probability: Float, direction: GammaCorrection.Direction) {
    self.probability = probability
    self.direction = direction
  }

  /// Draws exponents, or nil for no correction.
  public func draw(channelCount: Int, from generator: inout SplitMix64) -> GammaCorrection? {
    guard generator.chance(probability) else { return nil }
    return GammaCorrection(
      exponents: (0..<channelCount).map { _ in exponent.draw(from: &generator) },
      direction: direction)
  }
}
