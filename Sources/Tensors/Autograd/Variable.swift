/// A tensor that is no parameter and whose gradient is wanted all the same.
///
/// Tests use it to see the gradients of an operation's inputs.
package final class Variable {
  /// The tensor, to be passed through operations.
  package private(set) var tensor: Tensor
  /// The gradient in the order (N, C, D, H, W), after a backward pass that reached the tensor.
  package private(set) var gradient: [Float]?

  /// A tensor from numbers in the order (N, C, D, H, W).
  package init(_ values: [Float], shape: TensorShape, on device: Device, recordingOn tape: Tape) {
    tensor = Tensor(values, shape: shape, on: device, recordingOn: tape)
    let slot = tape.record { [weak self] gradient, _ in self?.gradient = gradient.values }
    tensor = tensor.recorded(on: tape, slot: slot)
  }
}

extension Tensor {
  /// The gradients of a loss whose gradient with respect to this tensor is given in the order (N,
  /// C, D, H, W).
  package func gradients(from seed: [Float]) -> Gradients {
    guard let tape, let slot else { return Gradients() }
    return tape.backward(from: [(slot, gradientTensor(seed))])
  }
}
