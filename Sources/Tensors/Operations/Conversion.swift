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
}
