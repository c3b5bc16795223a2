import Parallelism

/// Stochastic gradient descent with Nesterov momentum and weight decay.
///
/// For every parameter with a gradient g: g += decay · w; b = momentum · b + g (b = g the first
/// time); w -= rate · (g + momentum · b).
///
/// - Source: Sutskever et al., ICML 2013, in PyTorch's form; settings of Isensee et al., Nature
///   Methods 18, 2021.
public struct GradientDescent {
  /// The learning rate; set once per epoch.
  public var learningRate: Double
  /// The share of the last step's direction that is kept.
  public var momentum: Double
  /// The factor of each weight added to its gradient.
  public var weightDecay: Double
  private var directions: [ObjectIdentifier: [Float]] = [:]

  /// An optimiser that has made no step.
  public init(learningRate: Double = 0.01, momentum: Double = 0.99, weightDecay: Double = 3e-5) {
    self.learningRate = learningRate
    self.momentum = momentum
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
    let (rate, momentum) = (Float(learningRate), Float(momentum))
    let (decay, factor) = (Float(weightDecay), Float(factor))
    for parameter in parameters {
      guard let gradient = gradients.entry(of: parameter) else { continue }
      let key = ObjectIdentifier(parameter)
      // Momentum times zeros plus g is g, so a fresh direction of zeros makes the first step.
      var direction =
        directions.removeValue(forKey: key) ?? Array(repeating: 0, count: parameter.count)
      direction.withUnsafeMutableBufferPointer { direction in
        guard let b = direction.baseAddress else { return }
        parameter.update { weights in
          guard let w = weights.baseAddress else { return }
          let count = weights.count
          switch gradient {
          case .zero:
            for index in 0..<count {
              let g = decay * w[index]
              b[index] = momentum * b[index] + g
              w[index] -= rate * (g + momentum * b[index])
            }
          case .values(let buffer):
            let source = buffer.elements(of: Float.self)
            parallelForRanges(count, grain: 1 << 16) { range in
              for index in range {
                let g = factor * source[index] + decay * w[index]
                b[index] = momentum * b[index] + g
                w[index] -= rate * (g + momentum * b[index])
              }
            }
          }
        }
      }
      directions[key] = direction
    }
  }

  /// The direction kept for a parameter, in its layout; nil before its first step.
  public subscript(direction parameter: Parameter) -> [Float]? {
    get { directions[ObjectIdentifier(parameter)] }
    set { directions[ObjectIdentifier(parameter)] = newValue }
  }
}
