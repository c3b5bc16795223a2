public import RegionsOfInterest

/// How a simulated rater's border differs from the true one.
///
/// All amounts may be multiplied by a common strength, so that a wanted agreement is reached.
public struct RaterStyle: Hashable, Sendable {
  /// Millimetres by which every border is drawn too far outside; negative, too far inside.
  public var bias = 0.0
  /// Standard deviation between raters of a bias of their own, in mm.
  public var biasSpread = 0.0
  /// Standard deviation of the smooth displacement of the border, in mm.
  public var noise = 0.0
  /// Distance in mm over which the correlation of that displacement falls to 1/e.
  public var correlationLength = 5.0
  /// Standard deviation of a bias of its own in every slice, in mm.
  public var sliceNoise = 0.0
  /// The axis across slices.
  public var sliceAxis = GridAxis.z
  /// Standard deviation of a shift along every axis, in mm.
  public var shift = 0.0
  /// Standard deviation of a rotation about the structures' centroid, in degrees.
  public var rotation = 0.0
  /// Probability with which a satellite, a part not connected to a structure's largest, is missed.
  public var missedSatellites = 0.0

  /// A rater who draws the truth.
  public init() {}

  /// Whether any border moves.
  public var movesBorders: Bool {
    [bias, biasSpread, noise, sliceNoise, shift, rotation].contains { $0 != 0 }
  }

  /// Refuses amounts without meaning.
  func validate() throws(SimulationError) {
    let amounts = [
      ("bias", bias, -1000.0...1000), ("bias spread", biasSpread, 0...1000),
      ("noise", noise, 0...1000), ("correlation length", correlationLength, 0.1...1000),
      ("slice noise", sliceNoise, 0...1000), ("shift", shift, 0...1000),
      ("rotation", rotation, 0...180),
      ("probability of missed satellites", missedSatellites, 0...1),
    ]
    for (name, value, range) in amounts where !range.contains(value) {
      throw .invalidAmount(name, value, range)
    }
  }
}
