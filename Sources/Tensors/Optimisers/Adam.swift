import Parallelism

/// Adam with decoupled weight decay (AdamW); a decay of 0 is plain Adam.
///
/// With bias-corrected moments m and v: w -= rate · (m / (sqrt(v) + epsilon) + decay · w).
///
/// - Source: Kingma, Ba, 2014, arXiv:1412.6980; Loshchilov, Hutter, 2017, arXiv:1711.05101.
public struct Adam {
  /// The moments of one parameter and the number of steps they have seen.
  public struct Moments: Sendable {
    /// The running mean of the gradient.
    public var first: [Float]
    /// The running mean of its square.
    public var second: [Float]
    /// Steps made.
    public var steps: Int

    /// Moments that were saved.
    public init(first: [Float], second: [Float], steps: Int) {
      self.first = first
      self.second = second
      self.steps = steps
    }
  }

  /// The learning rate.
  public var learningRate: Double
  /// Decay rates of the two moments.
  public var decayRates: (first: Double, second: Double)
  /// Added to the root of the second moment.
  public var epsilon: Double
  /// The factor of each weight that is subtracted, times the learning rate.
  public var weightDecay: Double
  private var moments: [ObjectIdentifier: Moments] = [:]

  /// An optimiser that has made no step.
  public init(
    learningRate: Double = 1e-3, decayRates: (first: Double, second: Double) = (0.9, 0.999),
    epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.decayRates = decayRates
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Changes the parameters that have a gradient.
  ///
  /// - Parameters:
  ///   - parameters: The parameters of a network, in any order.
  ///   - gradients: The gradients of the loss.
  ///   - factor: What the gradients are multiplied with first, for clipping.
  public mutating func update(
    _ parameters: [Parameter], with gradients: Gradients, scaledBy factor: Double = 1
  ) {
    for parameter in parameters {
      guard let gradient = gradients.entry(of: parameter) else { continue }
      let key = ObjectIdentifier(parameter)
      let zeros = [Float](repeating: 0, count: parameter.count)
      var state =
        moments.removeValue(forKey: key) ?? Moments(first: zeros, second: zeros, steps: 0)
      state.steps += 1
      step(parameter, gradient, &state, Float(factor))
      moments[key] = state
    }
  }

  private func step(
    _ parameter: Parameter, _ gradient: ParameterGradient, _ state: inout Moments, _ factor: Float
  ) {
    let (b1, b2) = (Float(decayRates.first), Float(decayRates.second))
    let (new1, new2) = (Float(1 - decayRates.first), Float(1 - decayRates.second))
    let correction1 = 1 - power(decayRates.first, state.steps)
    let correction2 = (1 - power(decayRates.second, state.steps)).squareRoot()
    let rate = Float(learningRate / correction1)
    let inverse2 = Float(1 / correction2)
    let (epsilon, shrink) = (Float(epsilon), 1 - Float(learningRate * weightDecay))
    let source: UnsafeMutablePointer<Float>? =
      if case .values(let buffer) = gradient { buffer.elements() } else { nil }
    state.first.withUnsafeMutableBufferPointer { first in
      state.second.withUnsafeMutableBufferPointer { second in
        guard let m = first.baseAddress, let v = second.baseAddress else { return }
        parameter.update { weights in
          guard let w = weights.baseAddress else { return }
          parallelForRanges(weights.count, grain: 1 << 16) { range in
            for index in range {
              let g = source.map { factor * $0[index] } ?? 0
              m[index] = b1 * m[index] + new1 * g
              v[index] = b2 * v[index] + new2 * g * g
              let denominator = v[index].squareRoot() * inverse2 + epsilon
              w[index] = shrink * w[index] - rate * m[index] / denominator
            }
          }
        }
      }
    }
    withExtendedLifetime(gradient) {}
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }

  /// The moments kept for a parameter; nil before its first step.
  public subscript(moments parameter: Parameter) -> Moments? {
    get { moments[ObjectIdentifier(parameter)] }
    set { moments[ObjectIdentifier(parameter)] = newValue }
  }
}
