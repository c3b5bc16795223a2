/// The gradient of a loss with respect to one parameter, float32, in the parameter's layout.
enum ParameterGradient {
  /// Exactly zero everywhere: the loss does not depend on the parameter, yet weight decay applies
  /// to it.
  case zero
  /// The numbers.
  case values(Buffer)
}

/// The gradients of a loss with respect to the parameters that took part in it.
///
/// A parameter that took no part has none; optimisers leave it alone, as PyTorch's do.
public struct Gradients {
  private var entries: [ObjectIdentifier: ParameterGradient] = [:]

  init() {}

  /// The gradient of a parameter in its layout, or nil if it took no part in the loss.
  public subscript(parameter: Parameter) -> [Float]? {
    switch entry(of: parameter) {
    case .none: nil
    case .zero: Array(repeating: 0, count: parameter.count)
    case .values(let buffer):
      Array(UnsafeBufferPointer(start: buffer.elements(of: Float.self), count: parameter.count))
    }
  }

  func entry(of parameter: Parameter) -> ParameterGradient? {
    entries[ObjectIdentifier(parameter)]
  }

  mutating func replace(_ gradient: ParameterGradient, of parameter: Parameter) {
    entries[ObjectIdentifier(parameter)] = gradient
  }

  mutating func add(_ gradient: ParameterGradient, to parameter: Parameter) {
    let key = ObjectIdentifier(parameter)
    switch (entries[key], gradient) {
    case (.values(let earlier)?, .values(let later)):
      let (sum, term) = (earlier.elements(of: Float.self), later.elements(of: Float.self))
      for index in 0..<parameter.count { sum[index] += term[index] }
    case (.values?, .zero): break
    default: entries[key] = gradient
    }
  }

  /// The Euclidean norm over the gradients of the given parameters, summed in double precision in
  /// their order.
  ///
  /// - Parameter parameters: The parameters; those without a gradient count as zero.
  /// - Returns: The norm; not finite if any gradient is not.
  public func norm(of parameters: [Parameter]) -> Double {
    var sum = 0.0
    for parameter in parameters {
      guard case .values(let buffer)? = entry(of: parameter) else { continue }
      sum += sumOfSquares(buffer.elements(of: Float.self), count: parameter.count)
    }
    return sum.squareRoot()
  }
}
