/// A part of a loss: how it changes with the numbers of a network's output.
public struct LossTerm {
  /// The output.
  public let output: Tensor
  /// The gradient of the loss with respect to every number of it, in the order (N, C, D, H, W).
  public let gradient: [Float]

  /// A part of a loss.
  public init(_ output: Tensor, gradient: [Float]) {
    precondition(
      gradient.count == output.shape.count, "\(gradient.count) numbers do not fill \(output.shape)")
    self.output = output
    self.gradient = gradient
  }
}

extension Tape {
  /// The gradients of a loss of several parts with respect to all parameters that took part; the record is used up.
  ///
  /// - Parameter terms: Outputs on this record; those outside it do not count.
  /// - Returns: The gradients.
  public func gradients(of terms: [LossTerm]) -> Gradients {
    backward(
      from: terms.compactMap { term in
        term.output.slot.map { ($0, term.output.gradientTensor(term.gradient)) }
      })
  }
}

extension Tensor {
  /// Numbers in the order (N, C, D, H, W) as a gradient of this tensor.
  func gradientTensor(_ values: [Float]) -> Tensor {
    let gradient = emptyCopy()
    if layout == .channelsFirst {
      precondition(values.count == shape.count, "\(values.count) numbers do not fill \(shape)")
      gradient.buffer.elements(of: Float.self).update(from: values, count: values.count)
    } else {
      values.withUnsafeBufferPointer { device.backend.fill(gradient, from: $0) }
    }
    return gradient
  }
}

extension Gradients {
  /// Gives a parameter the gradient that another way of counting found for it.
  ///
  /// - Parameters:
  ///   - values: The gradient, in the parameter's layout.
  ///   - parameter: The parameter.
  ///   - device: Where the gradient is kept.
  public mutating func set(_ values: [Float], of parameter: Parameter, on device: Device) {
    precondition(
      values.count == parameter.count, "\(values.count) values for \(parameter.name)")
    let buffer = device.backend.pool.buffer(byteCount: values.count * 4)
    buffer.elements(of: Float.self).update(from: values, count: values.count)
    replace(.values(buffer), of: parameter)
  }
}
