extension Tensor {
  /// The same elements in a number format; its gradient is brought back to this tensor's.
  func converted(to precision: Precision) -> Tensor {
    if precision == self.precision { return self }
    let y = device.backend.converted(self, to: precision)
    guard let tape, let slot else { return y.recorded(on: self.tape, slot: nil) }
    let (own, input) = (self.precision, slot)
    let result = tape.record { gradient, pass in
      pass.add(gradient.device.backend.converted(gradient, to: own), to: input)
    }
    return y.recorded(on: tape, slot: result)
  }

  /// Logits of a single channel as an image that a network can look at, in the device's precision.
  ///
  /// - Returns: (N, 1, D, H, W).
  public var image: Tensor {
    precondition(shape.channels == 1, "\(shape) is no image of one channel")
    // One channel has the same order first and last.
    let y = Tensor(shape, precision, on: device, buffer: buffer)
    guard let tape, let slot else {
      return y.recorded(on: self.tape, slot: nil).converted(to: device.precision(for: shape))
    }
    let layout = self.layout
    let result = tape.record { gradient, pass in
      pass.add(
        Tensor(
          gradient.shape, gradient.precision, layout: layout, on: gradient.device,
          buffer: gradient.buffer), to: slot)
    }
    return y.recorded(on: tape, slot: result).converted(to: device.precision(for: shape))
  }
}
