internal import ElementaryFunctions

/// What the judgement of acquired and made images is worth to either network, with the gradients.
///
/// - Source: Jolicoeur-Martineau, 2018, arXiv:1807.00734 (relativistic average); Lim, Ye, 2017,
///   arXiv:1705.02894 (hinge).
public enum AdversarialLoss: String, Hashable, Sendable, CaseIterable {
  /// Whether acquired images are judged more so than made ones are on average, and the other way round.
  case relativistic
  /// Acquired images above 1, made ones below -1.
  case hinge

  /// A loss and its gradients with respect to the judgements.
  package struct Value: Equatable {
    package var value: Double
    package var acquired: [Float]
    package var made: [Float]
  }

  /// The loss of the network that judges.
  package func ofDiscriminator(acquired: [Float], made: [Float]) -> Value {
    switch self {
    case .relativistic: Self.relativistic(acquired, made)
    case .hinge: Self.hinge(acquired, made)
    }
  }

  /// The loss of the network that makes images.
  package func ofGenerator(acquired: [Float], made: [Float]) -> Value {
    switch self {
    case .relativistic:
      let swapped = Self.relativistic(made, acquired)
      return Value(value: swapped.value, acquired: swapped.made, made: swapped.acquired)
    case .hinge:
      let scale = 1 / Float(made.count)
      return Value(
        value: -Self.mean(made), acquired: acquired.map { _ in 0 }, made: made.map { _ in -scale })
    }
  }

  /// mean softplus(-(a - mean b)) + mean softplus(b - mean a).
  private static func relativistic(_ a: [Float], _ b: [Float]) -> Value {
    let (meanA, meanB) = (mean(a), mean(b))
    let (slopesA, slopesB) = (
      a.map { logistic(meanB - Double($0)) }, b.map { logistic(Double($0) - meanA) }
    )
    let value =
      a.reduce(0.0) { $0 + softplus(meanB - Double($1)) } / Double(a.count)
      + b.reduce(0.0) { $0 + softplus(Double($1) - meanA) } / Double(b.count)
    // Each mean passes on what all of the other kind have to say.
    let (shareA, shareB) = (
      slopesB.reduce(0, +) / Double(b.count), slopesA.reduce(0, +) / Double(a.count)
    )
    return Value(
      value: value,
      acquired: slopesA.map { Float(-($0 + shareA) / Double(a.count)) },
      made: slopesB.map { Float(($0 + shareB) / Double(b.count)) })
  }

  private static func hinge(_ acquired: [Float], _ made: [Float]) -> Value {
    let (scaleA, scaleM) = (1 / Float(acquired.count), 1 / Float(made.count))
    return Value(
      value: acquired.reduce(0.0) { $0 + Double(max(0, 1 - $1) * scaleA) }
        + made.reduce(0.0) { $0 + Double(max(0, 1 + $1) * scaleM) },
      acquired: acquired.map { $0 < 1 ? -scaleA : 0 }, made: made.map { $0 > -1 ? scaleM : 0 })
  }

  private static func mean(_ values: [Float]) -> Double {
    values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
  }

  private static func softplus(_ x: Double) -> Double {
    max(x, 0) + logarithm(1 + exponential(-abs(x)))
  }

  private static func logistic(_ x: Double) -> Double { 1 / (1 + exponential(-x)) }
}
