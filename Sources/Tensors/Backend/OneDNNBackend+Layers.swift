/// Everything but convolutions: the kernels, chosen by the precision of the tensor.
extension OneDNNBackend {
  func fill(_ tensor: Tensor, from values: UnsafeBufferPointer<Float>) {
    guard let source = values.baseAddress else { return }
    switch tensor.precision {
    case .float32:
      ElementwiseKernels.fill(tensor.elements(of: Float.self), from: source, shape: tensor.shape)
    case .bfloat16:
      ElementwiseKernels.fill(tensor.elements(of: BFloat16.self), from: source, shape: tensor.shape)
    }
  }

  func values(of tensor: Tensor) -> [Float] {
    if tensor.layout == .channelsFirst { return tensor.withLogits { Array($0) } }
    return switch tensor.precision {
    case .float32:
      ElementwiseKernels.values(tensor.elements(of: Float.self), shape: tensor.shape)
    case .bfloat16:
      ElementwiseKernels.values(tensor.elements(of: BFloat16.self), shape: tensor.shape)
    }
  }

  func converted(_ x: Tensor, to precision: Precision) -> Tensor {
    if x.precision == precision { return x }
    let y = Tensor(x.shape, precision, on: x.device)
    switch precision {
    case .float32:
      ElementwiseKernels.convert(
        x.elements(of: BFloat16.self), to: y.elements(of: Float.self), count: x.shape.count)
    case .bfloat16:
      ElementwiseKernels.convert(
        x.elements(of: Float.self), to: y.elements(of: BFloat16.self), count: x.shape.count)
    }
    return y
  }

  // MARK: Heads

  func head(_ x: Tensor, weight: Parameter, bias: Parameter) -> Tensor {
    var shape = x.shape
    shape.channels = weight.shape[0]
    let y = Tensor(shape, .float32, layout: .channelsFirst, on: x.device)
    func run<Element: ActivationElement>(_ type: Element.Type) {
      HeadKernel<Element>(features: x.shape, classes: weight.shape[0]).forward(
        x.elements(of: type), weight: weight.pointer, bias: bias.pointer,
        logits: y.elements(of: Float.self))
    }
    switch x.precision {
    case .float32: run(Float.self)
    case .bfloat16: run(BFloat16.self)
    }
    return y
  }

  func headGradients(_ gradient: Tensor, weight: Parameter, x: Tensor)
    -> (x: Tensor, weight: Buffer, bias: Buffer)
  {
    let result = x.emptyCopy()
    let weightGradient = pool.buffer(byteCount: weight.count * 4)
    let biasGradient = pool.buffer(byteCount: weight.shape[0] * 4)
    func run<Element: ActivationElement>(_ type: Element.Type) {
      HeadKernel<Element>(features: x.shape, classes: weight.shape[0]).backward(
        gradient.elements(of: Float.self), x: x.elements(of: type), weight: weight.pointer,
        result: result.elements(of: type),
        weightGradient: (weightGradient.elements(), biasGradient.elements()))
    }
    switch x.precision {
    case .float32: run(Float.self)
    case .bfloat16: run(BFloat16.self)
    }
    return (result, weightGradient, biasGradient)
  }

  // MARK: Normalisation

  func instanceNorm(_ x: Tensor, _ layer: InstanceNormLayer) -> (y: Tensor, statistics: Buffer) {
    let y = x.emptyCopy()
    let statistics = pool.buffer(byteCount: x.shape.batch * x.shape.channels * 3 * 4)
    func run<Element: ActivationElement>(_ type: Element.Type) {
      InstanceNormKernel<Element>(x.shape, slope: layer.slope).forward(
        x.elements(of: type), y.elements(of: type),
        affine: (layer.scale.pointer, layer.shift.pointer), epsilon: layer.epsilon,
        statistics: statistics.elements())
    }
    switch x.precision {
    case .float32: run(Float.self)
    case .bfloat16: run(BFloat16.self)
    }
    return (y, statistics)
  }

  func instanceNormGradients(
    _ gradient: Tensor, _ layer: InstanceNormLayer, x: Tensor, statistics: Buffer
  ) -> (x: Tensor, scale: Buffer, shift: Buffer) {
    let result = x.emptyCopy()
    let scale = pool.buffer(byteCount: x.shape.channels * 4)
    let shift = pool.buffer(byteCount: x.shape.channels * 4)
    func run<Element: ActivationElement>(_ type: Element.Type) {
      InstanceNormKernel<Element>(x.shape, slope: layer.slope).backward(
        gradient.elements(of: type), x.elements(of: type), result.elements(of: type),
        affine: (layer.scale.pointer, layer.shift.pointer), statistics: statistics.elements(),
        affineGradient: (scale.elements(), shift.elements()))
    }
    switch x.precision {
    case .float32: run(Float.self)
    case .bfloat16: run(BFloat16.self)
    }
    return (result, scale, shift)
  }

  // MARK: Element by element

  func sum(_ a: Tensor, _ b: Tensor) -> Tensor { sumLeakyReLU(a, b, slope: 1) }

  func sum(_ a: Tensor, _ b: Tensor, scaledBy factor: Float) -> Tensor {
    precondition(
      a.shape == b.shape && a.precision == b.precision,
      "the sum of \(a.precision) \(a.shape) and \(b.precision) \(b.shape)")
    let y = a.emptyCopy()
    func run<Element: ActivationElement>(_ type: Element.Type) {
      ElementwiseKernels.sum(
        a.elements(of: type), b.elements(of: type), scaledBy: factor, into: y.elements(of: type),
        count: a.shape.count)
    }
    switch a.precision {
    case .float32: run(Float.self)
    case .bfloat16: run(BFloat16.self)
    }
    return y
  }

  func scaled(_ x: Tensor, by factor: Float) -> Tensor {
    scaled(x, by: factor, onlyNegative: false)
  }

  func leakyReLU(_ x: Tensor, slope: Float) -> Tensor { scaled(x, by: slope, onlyNegative: true) }

  private func scaled(_ x: Tensor, by factor: Float, onlyNegative: Bool) -> Tensor {
    let y = x.emptyCopy()
    func run<Element: ActivationElement>(_ type: Element.Type) {
      ElementwiseKernels.scale(
        x.elements(of: type), by: factor, onlyNegative: onlyNegative, into: y.elements(of: type),
        count: x.shape.count)
    }
    switch x.precision {
    case .float32: run(Float.self)
    case .bfloat16: run(BFloat16.self)
    }
    return y
  }

  func sumLeakyReLU(_ a: Tensor, _ b: Tensor, slope: Float) -> Tensor {
    precondition(a.shape == b.shape, "the sum of \(a.shape) and \(b.shape)")
    precondition(
      a.precision == b.precision, "the sum of \(a.precision) and \(b.precision) elements")
    let y = a.emptyCopy()
    func run<Element: ActivationElement>(_ type: Element.Type) {
      ElementwiseKernels.sum(
        a.elements(of: type), b.elements(of: type), into: y.elements(of: type),
        count: a.shape.count, slope: slope)
    }
    switch a.precision {
    case .float32: run(Float.self)
    case .bfloat16: run(BFloat16.self)
    }
    return y
  }

  func leakyReLUGradient(_ gradient: Tensor, y: Tensor, slope: Float) -> Tensor {
    let result = y.emptyCopy()
    func run<Element: ActivationElement>(_ type: Element.Type) {
      ElementwiseKernels.leakyReLUGradient(
        gradient.elements(of: type), y: y.elements(of: type), into: result.elements(of: type),
        count: y.shape.count, slope: slope)
    }
    switch y.precision {
    case .float32: run(Float.self)
    case .bfloat16: run(BFloat16.self)
    }
    return result
  }

  // MARK: Channels

  func concatenation(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(
      a.shape.size == b.shape.size && a.shape.batch == b.shape.batch,
      "the concatenation of \(a.shape) and \(b.shape)")
    precondition(
      a.precision == b.precision,
      "the concatenation of \(a.precision) and \(b.precision) elements")
    var shape = a.shape
    shape.channels += b.shape.channels
    let y = Tensor(shape, a.precision, on: a.device)
    copyChannels(of: a, at: 0, to: y, at: 0, count: a.shape.channels)
    copyChannels(of: b, at: 0, to: y, at: a.shape.channels, count: b.shape.channels)
    return y
  }

  func channels(_ range: Range<Int>, of x: Tensor) -> Tensor {
    var shape = x.shape
    shape.channels = range.count
    let y = Tensor(shape, x.precision, on: x.device)
    copyChannels(of: x, at: range.lowerBound, to: y, at: 0, count: range.count)
    return y
  }

  func copyChannels(
    of x: Tensor, at source: Int, to y: Tensor, at target: Int, count: Int
  ) {
    let rows = x.shape.batch * x.shape.size.count
    func run<Element: ActivationElement>(_ type: Element.Type) {
      ElementwiseKernels.copyRows(
        x.elements(of: type) + source, sourceStride: x.shape.channels,
        y.elements(of: type) + target, targetStride: y.shape.channels, count: count, rows: rows)
    }
    switch x.precision {
    case .float32: run(Float.self)
    case .bfloat16: run(BFloat16.self)
    }
  }

  // MARK: Pooling

  func averagePool(_ x: Tensor, _ block: Size3) -> Tensor {
    var shape = x.shape
    shape.size = Size3.zip(x.shape.size, block, /)
    let y = Tensor(shape, x.precision, on: x.device)
    switch x.precision {
    case .float32: Tensors.averagePool(of: Float.self, x, block, into: y)
    case .bfloat16: Tensors.averagePool(of: BFloat16.self, x, block, into: y)
    }
    return y
  }

  func averagePoolGradient(_ gradient: Tensor, _ block: Size3, shape: TensorShape) -> Tensor {
    let x = Tensor(shape, gradient.precision, on: gradient.device)
    switch gradient.precision {
    case .float32: Tensors.averagePoolGradient(of: Float.self, gradient, block, into: x)
    case .bfloat16: Tensors.averagePoolGradient(of: BFloat16.self, gradient, block, into: x)
    }
    return x
  }

  // MARK: Loss

  func segmentationLoss(_ logits: Tensor, _ request: SegmentationLossRequest)
    -> SegmentationLossResult
  {
    request.labels.withUnsafeBufferPointer { labels in
      guard let labels = labels.baseAddress else {
        return SegmentationLossResult(crossEntropy: 0, dice: 0, gradient: nil)
      }
      let chunks = VoxelChunks(samples: logits.shape.batch, voxels: logits.shape.size.count)
      return switch request.channels {
      case .labels: labelLoss(logits, labels, chunks, request)
      case .regions(let regions, let hasIgnoredVoxels):
        regionLoss(
          logits, labels, chunks, regions, countsVoxels: hasIgnoredVoxels, request)
      }
    }
  }

  private func labelLoss(
    _ logits: Tensor, _ labels: UnsafePointer<Int16>, _ chunks: VoxelChunks,
    _ request: SegmentationLossRequest
  ) -> SegmentationLossResult {
    let classes = logits.shape.channels
    let kernel = SegmentationLossKernel(
      chunks: chunks, classes: classes, logits: logits.elements(of: Float.self), labels: labels)
    let sums = kernel.sums()
    let counted = sums.reduce(0) { $0 + $1.counted }
    precondition(
      counted == sums.reduce(0) { $0 + $1.truth.reduce(0, +) },
      "a label is not below the \(classes) classes of the logits")
    let dice = SoftDice(of: sums, channels: 1..<max(1, classes), batchDice: request.batchDice)
    return SegmentationLossResult(
      crossEntropy: counted > 0 ? sums.reduce(0) { $0 + $1.crossEntropy } / counted : 0,
      dice: dice.value,
      gradient: request.gradientScale.map { scale in
        let gradient = logits.emptyCopy()
        kernel.writeGradient(
          gradient.elements(of: Float.self), factors: dice.factors, counted: counted, scale: scale)
        return gradient
      })
  }

  private func regionLoss(
    _ logits: Tensor, _ labels: UnsafePointer<Int16>, _ chunks: VoxelChunks,
    _ regions: RegionMembership, countsVoxels: Bool, _ request: SegmentationLossRequest
  ) -> SegmentationLossResult {
    precondition(
      regions.count == logits.shape.channels,
      "\(regions.count) regions for \(logits.shape.channels) channels of logits")
    let kernel = RegionLossKernel(
      chunks: chunks, regions: regions, logits: logits.elements(of: Float.self), labels: labels)
    let sums = kernel.sums()
    // The reference's mean runs over voxels and regions, but over voxels alone where some may be ignored.
    let counted =
      sums.reduce(0) { $0 + $1.counted } * (countsVoxels ? 1 : Double(regions.count))
    let dice = SoftDice(of: sums, channels: 0..<regions.count, batchDice: request.batchDice)
    return SegmentationLossResult(
      crossEntropy: counted > 0 ? sums.reduce(0) { $0 + $1.crossEntropy } / counted : 0,
      dice: dice.value,
      gradient: request.gradientScale.map { scale in
        let gradient = logits.emptyCopy()
        kernel.writeGradient(
          gradient.elements(of: Float.self), factors: dice.factors, counted: counted, scale: scale)
        return gradient
      })
  }
}

extension Parameter {
  /// The numbers, for kernels that run while the parameter is alive.
  var pointer: UnsafePointer<Float> { UnsafePointer(storage.baseAddress.unsafelyUnwrapped) }
}
