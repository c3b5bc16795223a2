extension Tensor {
  /// The convolution with a kernel of any size and stride per axis, padded with half a kernel of
  /// zeros.
  ///
  /// Each axis of n voxels becomes (n + 2 p - k) / s + 1 with p = (k - 1) / 2, rounded down.
  ///
  /// - Parameters:
  ///   - weight: (C', C, k0, k1, k2), or (C', C, k0, k1) for flat kernels.
  ///   - bias: C' numbers added to the channels, or nil.
  ///   - stride: Voxels from one window to the next.
  /// - Returns: (N, C', D', H', W').
  public func convolved(with weight: Parameter, bias: Parameter?, stride: Size3) -> Tensor {
    applied(
      ConvolutionLayer(
        weight: weight, bias: bias, kernel: Size3(Array(weight.shape.dropFirst(2))),
        stride: stride, isTransposed: false))
  }

  /// The transposed convolution without padding: each axis of n voxels becomes (n - 1) s + k.
  ///
  /// - Parameters:
  ///   - weight: (C, C', k0, k1, k2), or (C, C', k0, k1) for flat kernels.
  ///   - bias: C' numbers added to the channels, or nil.
  ///   - stride: Voxels of the result from one voxel of the input to the next.
  /// - Returns: (N, C', D', H', W').
  public func upsampled(with weight: Parameter, bias: Parameter?, stride: Size3) -> Tensor {
    applied(
      ConvolutionLayer(
        weight: weight, bias: bias, kernel: Size3(Array(weight.shape.dropFirst(2))),
        stride: stride, isTransposed: true))
  }

  /// The transposed convolution, and after its channels those of another tensor of its size.
  ///
  /// The same as ``upsampled(with:bias:stride:)`` and ``concatenated(with:)``, without a copy of the
  /// upsampled tensor where the kernel equals the stride.
  ///
  /// - Parameters:
  ///   - weight: (C, C', k0, k1, k2), or (C, C', k0, k1) for flat kernels.
  ///   - bias: C' numbers added to the upsampled channels, or nil.
  ///   - stride: Voxels of the result from one voxel of the input to the next.
  ///   - other: (N, S, D', H', W').
  /// - Returns: (N, C' + S, D', H', W').
  public func upsampled(
    with weight: Parameter, bias: Parameter?, stride: Size3, followedBy other: Tensor
  ) -> Tensor {
    let layer = ConvolutionLayer(
      weight: weight, bias: bias, kernel: Size3(Array(weight.shape.dropFirst(2))), stride: stride,
      isTransposed: true)
    guard layer.upsamplesDisjointly else { return applied(layer).concatenated(with: other) }
    let output = layer.outputShape(for: shape)
    precondition(
      output.size == other.shape.size && output.batch == other.shape.batch,
      "the concatenation of \(output) and \(other.shape)")
    let precision = device.precision(for: output)
    return converted(to: precision)
      .upsampled(by: layer, followedBy: other.converted(to: precision))
  }

  private func upsampled(by layer: ConvolutionLayer, followedBy other: Tensor) -> Tensor {
    let y = device.backend.upsampling(self, layer, followedBy: other)
    guard let tape = tape ?? other.tape else { return y }
    let otherSlot = other.slot
    let result = tape.record { gradient, pass in
      let backend = gradient.device.backend
      self.addGradients(of: layer, gradient, to: pass)
      if otherSlot != nil {
        pass.add(
          backend.channels(layer.outputChannels..<gradient.shape.channels, of: gradient),
          to: otherSlot)
      }
    }
    return y.recorded(on: tape, slot: result)
  }

  private func applied(_ layer: ConvolutionLayer) -> Tensor {
    // The result's size decides the precision of the layer; its input is brought to it.
    converted(to: device.precision(for: layer.outputShape(for: shape))).convolved(by: layer)
  }

  private func convolved(by layer: ConvolutionLayer) -> Tensor {
    let y = device.backend.convolution(self, layer)
    guard let tape else { return y }
    let result = tape.record { gradient, pass in
      self.addGradients(of: layer, gradient, to: pass)
    }
    return y.recorded(on: tape, slot: result)
  }

  private func addGradients(
    of layer: ConvolutionLayer, _ gradient: Tensor, to pass: BackwardPass
  ) {
    // The first layer's input is an image, whose gradient nobody wants.
    let wanted: ConvolutionGradients.Wanted
    switch (layer.weight.isFrozen, slot) {
    case (true, nil): return
    case (true, _?): wanted = .input
    case (false, nil): wanted = .weights
    case (false, _?): wanted = .weightsAndInput
    }
    let gradients = device.backend.convolutionGradients(gradient, layer, x: self, wanting: wanted)
    if let weight = gradients.weight { pass.add(.values(weight), to: layer.weight) }
    if let bias = layer.bias, let values = gradients.bias { pass.add(.values(values), to: bias) }
    if let x = gradients.x { pass.add(x, to: slot) }
  }

  /// Records that a parameter has no influence on the result, so that its gradient is exactly zero.
  public func unaffected(by parameter: Parameter) -> Tensor {
    guard let tape else { return self }
    let slot = tape.record { [slot = self.slot] gradient, pass in
      pass.add(.zero, to: parameter)
      pass.add(gradient, to: slot)
    }
    return recorded(on: tape, slot: slot)
  }

  /// The 1 x 1 x 1 convolution to the logits of K classes, float32.
  ///
  /// - Parameters:
  ///   - weight: (K, C, 1, 1, 1), or (K, C, 1, 1).
  ///   - bias: K numbers.
  /// - Returns: (N, K, D, H, W).
  public func logits(weight: Parameter, bias: Parameter) -> Tensor {
    precondition(
      weight.count == weight.shape[0] * shape.channels,
      "\(weight.name) of \(weight.shape) does not fit \(shape)")
    let y = device.backend.head(self, weight: weight, bias: bias)
    guard let tape else { return y }
    let slot = tape.record { gradient, pass in
      let gradients = gradient.device.backend.headGradients(gradient, weight: weight, x: self)
      pass.add(.values(gradients.weight), to: weight)
      pass.add(.values(gradients.bias), to: bias)
      pass.add(gradients.x, to: self.slot)
    }
    return y.recorded(on: tape, slot: slot)
  }
}
