/// Transposed convolutions whose kernel equals their stride.
///
/// Each voxel of the result depends on one voxel of the input, so the layer is a 1 x 1 x 1
/// convolution to (kernel voxels x channels) followed by a rearrangement. oneDNN's own transposed
/// convolution takes 5 to 15 times as long on the shapes of U-Nets.
extension OneDNNBackend {
  func upsampling(_ x: Tensor, _ layer: ConvolutionLayer, followedBy other: Tensor? = nil) -> Tensor
  {
    let key = pointwiseKey(.forward, layer, input: x.shape, precision: x.precision)
    let blocks = Tensor(key.output, x.precision, on: x.device)
    run(key) { primitive in
      let weights = packedWeights(of: layer.weight, for: key, primitive) {
        self.tapsFirst(layer.weight)
      }
      return primitive.execute(
        source: x.buffer.pointer, weights: weights.pointer, bias: nil,
        destination: blocks.buffer.pointer, scratchpad: scratch(primitive.scratchpadBytes))
    }
    var shape = layer.outputShape(for: x.shape)
    shape.channels += other?.shape.channels ?? 0
    let y = Tensor(shape, x.precision, on: x.device)
    let bias = layer.bias?.storage.baseAddress.map { UnsafePointer($0) }
    switch x.precision {
    case .float32: spreadBlocks(of: Float.self, from: blocks, to: y, layer.stride, bias: bias)
    case .bfloat16: spreadBlocks(of: BFloat16.self, from: blocks, to: y, layer.stride, bias: bias)
    }
    if let other {
      copyChannels(
        of: other, at: 0, to: y, at: layer.outputChannels, count: other.shape.channels)
    }
    return y
  }

  func upsamplingGradients(
    _ gradient: Tensor, _ layer: ConvolutionLayer, x: Tensor, wanting: ConvolutionGradients.Wanted
  ) -> ConvolutionGradients {
    let key = pointwiseKey(.weightGradient, layer, input: x.shape, precision: x.precision)
    let blocks = gathered(gradient, layer, key)
    var result = ConvolutionGradients()
    if wanting != .input {
      let arranged = pool.buffer(byteCount: layer.weight.count * 4)
      weightGradient(key, x: x, gradient: blocks, into: arranged, bias: nil)
      result.weight = tapsLast(arranged, layer.weight)
      result.bias = layer.bias.map { _ in
        biasGradient(gradient, channels: layer.outputChannels)
      }
    }
    if wanting != .weights {
      let key = pointwiseKey(.inputGradient, layer, input: x.shape, precision: x.precision)
      let xGradient = x.emptyCopy()
      run(key) { primitive in
        let weights = packedWeights(of: layer.weight, for: key, primitive) {
          self.tapsFirst(layer.weight)
        }
        return primitive.execute(
          source: xGradient.buffer.pointer, weights: weights.pointer, bias: nil,
          destination: blocks.buffer.pointer, scratchpad: scratch(primitive.scratchpadBytes))
      }
      result.x = xGradient
    }
    return result
  }

  private func biasGradient(_ gradient: Tensor, channels: Int) -> Buffer {
    let result = pool.buffer(byteCount: channels * 4)
    switch gradient.precision {
    case .float32:
      sumOverVoxels(of: Float.self, gradient, channels: channels, into: result)
    case .bfloat16:
      sumOverVoxels(of: BFloat16.self, gradient, channels: channels, into: result)
    }
    return result
  }

  private func pointwiseKey(
    _ pass: ConvolutionPass, _ layer: ConvolutionLayer, input: TensorShape, precision: Precision
  ) -> ConvolutionKey {
    var output = input
    output.channels = layer.kernel.count * layer.outputChannels
    return ConvolutionKey(
      pass: pass, input: input, output: output, kernel: .one, stride: .one,
      padding: Size3(0, 0, 0), precision: precision)
  }

  private func gathered(_ gradient: Tensor, _ layer: ConvolutionLayer, _ key: ConvolutionKey)
    -> Tensor
  {
    let blocks = Tensor(key.output, gradient.precision, on: gradient.device)
    switch gradient.precision {
    case .float32: gatherBlocks(of: Float.self, from: gradient, to: blocks, layer.stride)
    case .bfloat16: gatherBlocks(of: BFloat16.self, from: gradient, to: blocks, layer.stride)
    }
    return blocks
  }

  /// PyTorch's (in, out, taps) as the weights (taps x out, in) of a 1 x 1 x 1 convolution.
  private func tapsFirst(_ weight: Parameter) -> Buffer {
    let buffer = pool.buffer(byteCount: weight.count * 4)
    let target = buffer.elements(of: Float.self)
    forEachWeight(of: weight) { plain, arranged in target[arranged] = weight.storage[plain] }
    return buffer
  }

  /// The inverse of ``tapsFirst(_:)``.
  private func tapsLast(_ arranged: Buffer, _ weight: Parameter) -> Buffer {
    let buffer = pool.buffer(byteCount: weight.count * 4)
    let (source, target) = (arranged.elements(of: Float.self), buffer.elements(of: Float.self))
    forEachWeight(of: weight) { plain, arranged in target[plain] = source[arranged] }
    return buffer
  }

  /// Calls `body` for every weight with its place in PyTorch's order and in that of the 1 x 1 x 1
  /// convolution.
  @inline(__always)
  private func forEachWeight(of weight: Parameter, _ body: (_ plain: Int, _ arranged: Int) -> Void)
  {
    let (inputs, outputs) = (weight.shape[0], weight.shape[1])
    let taps = weight.count / (inputs * outputs)
    for tap in 0..<taps {
      for output in 0..<outputs {
        for input in 0..<inputs {
          body((input * outputs + output) * taps + tap, (tap * outputs + output) * inputs + input)
        }
      }
    }
  }
}
