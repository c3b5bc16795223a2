/// The record of a forward pass: for every operation, how to turn the gradient of its result into
/// those of its inputs.
///
/// A tape serves one forward pass and one backward pass, which forgets each entry, and the tensors
/// it kept, as soon as it is done.
public final class Tape {
  /// Adds to the gradients of an operation's inputs, given that of its result.
  typealias Backward = (_ gradient: Tensor, _ pass: BackwardPass) -> Void

  private var entries: [(slot: Int, backward: Backward)] = []
  private var slots = 0

  /// An empty record.
  public init() {}

  /// Records an operation and returns the place of its result.
  func record(_ backward: @escaping Backward) -> Int {
    let slot = slots
    slots += 1
    entries.append((slot, backward))
    return slot
  }

  /// Walks the record backwards from the given gradients of some results.
  ///
  /// - Parameter seeds: Places and the loss's gradients there.
  /// - Returns: The gradients of all parameters that took part.
  func backward(from seeds: [(slot: Int, gradient: Tensor)]) -> Gradients {
    let pass = BackwardPass(slotCount: slots)
    for seed in seeds { pass.add(seed.gradient, to: seed.slot) }
    while let entry = entries.popLast() {
      guard let gradient = pass.take(entry.slot) else { continue }
      entry.backward(gradient, pass)
    }
    return pass.gradients
  }
}

/// The gradients known so far while a record is walked backwards.
final class BackwardPass {
  private var pending: [Tensor?]
  fileprivate(set) var gradients = Gradients()

  fileprivate init(slotCount: Int) { pending = Array(repeating: nil, count: slotCount) }

  /// Adds a gradient to that of the result at a place; nil places need none.
  func add(_ gradient: Tensor, to slot: Int?) {
    guard let slot else { return }
    if let earlier = pending[slot] {
      pending[slot] = gradient.device.backend.sum(earlier, gradient)
    } else {
      pending[slot] = gradient
    }
  }

  fileprivate func take(_ slot: Int) -> Tensor? {
    defer { pending[slot] = nil }
    return pending[slot]
  }

  /// Adds to the gradient of a parameter.
  func add(_ gradient: ParameterGradient, to parameter: Parameter) {
    gradients.add(gradient, to: parameter)
  }
}
