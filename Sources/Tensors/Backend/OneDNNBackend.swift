import COneDNN
import Parallelism

/// The processor: convolutions by oneDNN, except for the gradients of weights where ``WeightGradientKernel`` is faster; everything else by
/// the loops in `Kernels`.
final class OneDNNBackend: Backend {
  let pool = BufferPool()
  private(set) var failure: TensorError?
  private let engine: OpaquePointer
  private var primitives: [ConvolutionKey: ConvolutionPrimitive] = [:]
  private var weightGradientKernels: [ConvolutionKey: WeightGradientKernel?] = [:]
  /// How often each kernel has run.
  var executions: [ConvolutionKey: Int] = [:]
  private var scratchpad: Buffer?

  init() throws(TensorError) {
    guard let engine = delineate_engine_create() else {
      throw .backendUnavailable("no engine for this processor")
    }
    self.engine = engine
  }

  deinit {
    primitives.removeAll()
    weightGradientKernels.removeAll()
    delineate_engine_destroy(engine)
  }

  // MARK: Convolutions

  func convolution(_ x: Tensor, _ layer: ConvolutionLayer) -> Tensor {
    precondition(
      x.shape.channels == layer.inputChannels,
      "\(layer.weight.name) takes \(layer.inputChannels) channels, not those of \(x.shape)")
    if layer.upsamplesDisjointly { return upsampling(x, layer) }
    let y = Tensor(layer.outputShape(for: x.shape), x.precision, on: x.device)
    var key = layer.key(.forward, input: x.shape, precision: x.precision)
    key.hasBias = layer.bias != nil
    run(key) { primitive in
      let weights = packedWeights(of: layer.weight, for: key, primitive)
      return primitive.execute(
        source: x.buffer.pointer, weights: weights.pointer,
        bias: layer.bias.map { UnsafeMutableRawPointer(mutating: $0.pointer) },
        destination: y.buffer.pointer, scratchpad: scratch(primitive.scratchpadBytes))
    }
    return y
  }

  func convolutionGradients(
    _ gradient: Tensor, _ layer: ConvolutionLayer, x: Tensor, wanting: ConvolutionGradients.Wanted
  ) -> ConvolutionGradients {
    if layer.upsamplesDisjointly {
      return upsamplingGradients(gradient, layer, x: x, wanting: wanting)
    }
    var result = ConvolutionGradients()
    if wanting != .input {
      var key = layer.key(.weightGradient, input: x.shape, precision: x.precision)
      key.hasBias = layer.bias != nil
      let weight = pool.buffer(byteCount: layer.weight.count * 4)
      let bias = layer.bias.map { pool.buffer(byteCount: $0.count * 4) }
      weightGradient(key, x: x, gradient: gradient, into: weight, bias: bias)
      (result.weight, result.bias) = (weight, bias)
    }
    if wanting != .weights {
      let key = layer.key(.inputGradient, input: x.shape, precision: x.precision)
      let xGradient = x.emptyCopy()
      run(key) { primitive in
        let weights = packedWeights(of: layer.weight, for: key, primitive)
        return primitive.execute(
          source: xGradient.buffer.pointer, weights: weights.pointer, bias: nil,
          destination: gradient.buffer.pointer, scratchpad: scratch(primitive.scratchpadBytes))
      }
      result.x = xGradient
    }
    return result
  }

  /// Runs a weight gradient and brings it into the plain layout.
  func weightGradient(
    _ key: ConvolutionKey, x: Tensor, gradient: Tensor, into weight: Buffer, bias: Buffer?
  ) {
    if let kernel = weightGradientKernel(for: key) {
      ThreadBudget.applyToCallingThread()
      executions[key, default: 0] += 1
      kernel.execute(
        source: x.buffer.pointer, destination: gradient.buffer.pointer,
        weights: weight.elements(), scratchpad: scratch(kernel.scratchpadBytes))
      return
    }
    run(key) { primitive in
      let packed = pool.buffer(byteCount: primitive.weightsBytes)
      let status = primitive.execute(
        source: x.buffer.pointer, weights: packed.pointer, bias: bias?.pointer,
        destination: gradient.buffer.pointer, scratchpad: scratch(primitive.scratchpadBytes))
      return status != 0
        ? status : primitive.unpack(packed.pointer, into: weight.elements(of: Float.self))
    }
  }

  // MARK: Primitives

  /// Runs `body` with the primitive of a key, made on first use, and keeps the first failure.
  func run(_ key: ConvolutionKey, _ body: (ConvolutionPrimitive) -> Int32) {
    ThreadBudget.applyToCallingThread()
    executions[key, default: 0] += 1
    do throws(TensorError) {
      let status = body(try primitive(for: key))
      if status != 0 {
        throw .operationFailed(
          operation: "a convolution of \(key.input) to \(key.output)", status: Int(status))
      }
    } catch {
      if failure == nil { failure = error }
    }
  }

  /// The kernel of a key, made on first use.
  func primitive(for key: ConvolutionKey) throws(TensorError) -> ConvolutionPrimitive {
    if let known = primitives[key] { return known }
    let made = try ConvolutionPrimitive(key, engine: engine)
    primitives[key] = made
    return made
  }

  /// The kernel that computes a weight gradient faster than oneDNN, made on first use; nil where there is none.
  func weightGradientKernel(for key: ConvolutionKey) -> WeightGradientKernel? {
    guard key.pass == .weightGradient else { return nil }
    if let known = weightGradientKernels[key] { return known }
    let made = WeightGradientKernel(key)
    weightGradientKernels[key] = .some(made)
    return made
  }

  /// The working memory, shared by all primitives since they run one after another.
  func scratch(_ byteCount: Int) -> UnsafeMutableRawPointer {
    if let scratchpad, scratchpad.byteCount >= byteCount { return scratchpad.pointer }
    scratchpad = nil
    let grown = pool.lastingBuffer(byteCount: byteCount)
    scratchpad = grown
    return grown.pointer
  }

  /// A parameter's numbers in the layout of a primitive, made anew only when they have changed.
  func packedWeights(
    of parameter: Parameter, for key: ConvolutionKey, _ primitive: ConvolutionPrimitive,
    arranged: (() -> Buffer)? = nil
  ) -> Buffer {
    if let known = parameter.derived[key], known.version == parameter.version {
      return known.buffer
    }
    let buffer =
      parameter.derived[key]?.buffer ?? pool.lastingBuffer(byteCount: primitive.weightsBytes)
    let plain = arranged?()
    let status = primitive.pack(
      plain.map { UnsafePointer($0.elements(of: Float.self)) } ?? parameter.pointer,
      into: buffer.pointer)
    if status != 0, failure == nil {
      failure = .operationFailed(operation: "packing \(parameter.name)", status: Int(status))
    }
    parameter.derived[key] = DerivedWeights(version: parameter.version, buffer: buffer)
    return buffer
  }
}

extension ConvolutionLayer {
  func key(_ pass: ConvolutionPass, input: TensorShape, precision: Precision) -> ConvolutionKey {
    ConvolutionKey(
      pass: pass, input: input, output: outputShape(for: input), kernel: kernel, stride: stride,
      padding: padding, precision: precision, isTransposed: isTransposed)
  }

  /// Whether every voxel of the result comes from one voxel of the input, as in nnU-Net's decoders.
  var upsamplesDisjointly: Bool { isTransposed && kernel == stride }
}
