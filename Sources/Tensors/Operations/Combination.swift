extension Tensor {
  /// The leaky ReLU of the sum of two tensors of the same shape.
  ///
  /// - Parameters:
  ///   - other: The other summand.
  ///   - slope: Factor of negative sums, between 0 (excluded) and 1.
  /// - Returns: A tensor of the same shape.
  public func leakyReLU(adding other: Tensor, slope: Float) -> Tensor {
    let other = other.converted(to: precision)
    let y = device.backend.sumLeakyReLU(self, other, slope: slope)
    guard let tape = tape ?? other.tape else { return y }
    let recordedSlot = tape.record { gradient, pass in
      let inner = gradient.device.backend.leakyReLUGradient(gradient, y: y, slope: slope)
      pass.add(inner, to: self.slot)
      pass.add(inner, to: other.slot)
    }
    return y.recorded(on: tape, slot: recordedSlot)
  }

  /// The leaky ReLU.
  ///
  /// - Parameter slope: Factor of negative numbers, between 0 (excluded) and 1.
  /// - Returns: A tensor of the same shape.
  public func leakyReLU(slope: Float) -> Tensor {
    let y = device.backend.leakyReLU(self, slope: slope)
    guard let tape else { return y }
    let recordedSlot = tape.record { [slot] gradient, pass in
      guard slot != nil else { return }
      pass.add(gradient.device.backend.leakyReLUGradient(gradient, y: y, slope: slope), to: slot)
    }
    return y.recorded(on: tape, slot: recordedSlot)
  }

  /// The sum of this tensor and a multiple of another of the same shape.
  ///
  /// - Parameters:
  ///   - other: The other summand.
  ///   - factor: What it is multiplied with.
  /// - Returns: A tensor of the same shape.
  public func adding(_ other: Tensor, scaledBy factor: Float) -> Tensor {
    let other = other.converted(to: precision)
    let y = device.backend.sum(self, other, scaledBy: factor)
    guard let tape = tape ?? other.tape else { return y }
    let (slot, otherSlot) = (self.slot, other.slot)
    let recordedSlot = tape.record { gradient, pass in
      pass.add(gradient, to: slot)
      guard otherSlot != nil else { return }
      pass.add(gradient.device.backend.scaled(gradient, by: factor), to: otherSlot)
    }
    return y.recorded(on: tape, slot: recordedSlot)
  }

  /// The sum of two tensors of the same shape.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    let b = b.converted(to: a.precision)
    let y = a.device.backend.sum(a, b)
    guard let tape = a.tape ?? b.tape else { return y }
    let slot = tape.record { gradient, pass in
      pass.add(gradient, to: a.slot)
      pass.add(gradient, to: b.slot)
    }
    return y.recorded(on: tape, slot: slot)
  }

  /// The channels of this tensor followed by those of another of the same size.
  ///
  /// - Parameter other: (N, C', D, H, W).
  /// - Returns: (N, C + C', D, H, W).
  public func concatenated(with other: Tensor) -> Tensor {
    let other = other.converted(to: precision)
    let y = device.backend.concatenation(self, other)
    guard let tape = tape ?? other.tape else { return y }
    let channels = shape.channels
    let (slot, otherSlot) = (self.slot, other.slot)
    let recordedSlot = tape.record { gradient, pass in
      let backend = gradient.device.backend
      if slot != nil { pass.add(backend.channels(0..<channels, of: gradient), to: slot) }
      if otherSlot != nil {
        pass.add(
          backend.channels(channels..<gradient.shape.channels, of: gradient), to: otherSlot)
      }
    }
    return y.recorded(on: tape, slot: recordedSlot)
  }

  /// Means over blocks of voxels; voxels beyond the last whole block are left out.
  ///
  /// - Parameter block: The size of a block, which is also the stride.
  /// - Returns: (N, C, D / b0, H / b1, W / b2), rounded down.
  public func averagePooled(_ block: Size3) -> Tensor {
    let y = device.backend.averagePool(self, block)
    // What was computed from many voxels joins what the layers beside it compute from few.
    return recordedPooling(y, block).converted(to: device.precision(for: y.shape))
  }

  private func recordedPooling(_ y: Tensor, _ block: Size3) -> Tensor {
    guard let tape else { return y }
    let (slot, shape) = (self.slot, self.shape)
    let recordedSlot = tape.record { gradient, pass in
      guard let slot else { return }
      pass.add(gradient.device.backend.averagePoolGradient(gradient, block, shape: shape), to: slot)
    }
    return y.recorded(on: tape, slot: recordedSlot)
  }
}
