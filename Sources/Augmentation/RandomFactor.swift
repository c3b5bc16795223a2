public import RandomNumbers

/// The law of a random factor: with equal chances below or above 1, uniform on either side.
///
/// So that weakening and strengthening are equally likely however far either reaches. With a lower bound of at least 1 every factor is
/// uniform from that bound up.
public struct RandomFactor: Hashable, Sendable, Codable {
  /// Smallest and largest factor, positive.
  public var range: ClosedRange<Float>

  /// Factors from `range`.
  public init(_ range: ClosedRange<Float>) { self.range = range }

  /// Draws one factor.
  public func draw(from generator: inout SplitMix64) -> Float {
    let weakens = generator.chance(0.5)
    if weakens && range.lowerBound < 1 {
      return generator.uniform(range.lowerBound...min(1, range.upperBound))
    }
    let lower = max(1, range.lowerBound)
    return generator.uniform(lower...max(lower, range.upperBound))
  }
}
