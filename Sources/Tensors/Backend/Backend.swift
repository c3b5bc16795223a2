/// What a device must be able to do; a second kind of device implements this and nothing else
/// changes.
///
/// Every function returns a new tensor outside any record; the operations of the module put them
/// into the record.
protocol Backend: AnyObject {
  /// Where tensors' memory comes from.
  var pool: BufferPool { get }
  /// The first operation that failed.
  var failure: TensorError? { get }

  /// Forgets which convolution kernels have run.
  func clearConvolutionCounts()
  /// Times the convolution kernels that have run, alone.
  func timeConvolutions(repetitions: Int, now: () -> Double) throws(TensorError)
    -> [ConvolutionTiming]

  /// Writes numbers in the order (N, C, D, H, W) into a tensor.
  func fill(_ tensor: Tensor, from values: UnsafeBufferPointer<Float>)
  /// The elements in the order (N, C, D, H, W).
  func values(of tensor: Tensor) -> [Float]

  /// The same elements in another number format, rounded to nearest.
  func converted(_ x: Tensor, to precision: Precision) -> Tensor

  /// x ⋆ weight (+ bias).
  func convolution(_ x: Tensor, _ layer: ConvolutionLayer) -> Tensor
  /// The transposed convolution whose kernel is its stride, and after its channels those of another
  /// tensor.
  func upsampling(_ x: Tensor, _ layer: ConvolutionLayer, followedBy other: Tensor?) -> Tensor
  /// The gradients with respect to weight, bias if the layer has one, and x, of which some may not be wanted.
  ///
  /// Where another tensor followed an upsampling, the gradient has its channels too.
  func convolutionGradients(
    _ gradient: Tensor, _ layer: ConvolutionLayer, x: Tensor, wanting: ConvolutionGradients.Wanted
  ) -> ConvolutionGradients

  /// A 1 x 1 x 1 convolution to float32 logits, channels first.
  func head(_ x: Tensor, weight: Parameter, bias: Parameter) -> Tensor
  /// The gradients of ``head(_:weight:bias:)``.
  func headGradients(_ gradient: Tensor, weight: Parameter, x: Tensor)
    -> (x: Tensor, weight: Buffer, bias: Buffer)

  /// Instance normalisation, scale and shift, and a leaky ReLU of the given slope (1 for none).
  func instanceNorm(_ x: Tensor, _ layer: InstanceNormLayer) -> (y: Tensor, statistics: Buffer)
  /// The gradients of ``instanceNorm(_:_:)``.
  func instanceNormGradients(
    _ gradient: Tensor, _ layer: InstanceNormLayer, x: Tensor, statistics: Buffer
  ) -> (x: Tensor, scale: Buffer, shift: Buffer)

  /// a + b.
  func sum(_ a: Tensor, _ b: Tensor) -> Tensor
  /// a + factor · b.
  func sum(_ a: Tensor, _ b: Tensor, scaledBy factor: Float) -> Tensor
  /// factor · x.
  func scaled(_ x: Tensor, by factor: Float) -> Tensor
  /// The leaky ReLU of x.
  func leakyReLU(_ x: Tensor, slope: Float) -> Tensor
  /// The leaky ReLU of a + b.
  func sumLeakyReLU(_ a: Tensor, _ b: Tensor, slope: Float) -> Tensor
  /// The gradient of a leaky ReLU whose result was y.
  func leakyReLUGradient(_ gradient: Tensor, y: Tensor, slope: Float) -> Tensor
  /// The channels of a, then those of b.
  func concatenation(_ a: Tensor, _ b: Tensor) -> Tensor
  /// Some of the channels.
  func channels(_ range: Range<Int>, of x: Tensor) -> Tensor
  /// Means over blocks of the given size.
  func averagePool(_ x: Tensor, _ block: Size3) -> Tensor
  /// The gradient of ``averagePool(_:_:)`` with respect to x of shape `shape`.
  func averagePoolGradient(_ gradient: Tensor, _ block: Size3, shape: TensorShape) -> Tensor

  /// Softmax, cross-entropy and soft Dice of logits against labels, with the gradient if wanted.
  func segmentationLoss(_ logits: Tensor, _ request: SegmentationLossRequest)
    -> SegmentationLossResult
}

/// What the gradient of a convolution's result becomes.
struct ConvolutionGradients {
  /// Which of the gradients somebody needs.
  enum Wanted {
    /// Those of the weights: the input is an image.
    case weights
    /// That of the input: the weights stay as they are.
    case input
    /// Those of the weights and of the input.
    case weightsAndInput
  }

  /// Of x, if wanted.
  var x: Tensor?
  /// Of the weights, in PyTorch's layout, if wanted.
  var weight: Buffer?
  /// Of the bias, if the layer has one and it is wanted.
  var bias: Buffer?
}

/// The weights and the geometry of a convolution.
struct ConvolutionLayer {
  let weight: Parameter
  let bias: Parameter?
  let kernel: Size3
  let stride: Size3
  let isTransposed: Bool

  /// Channels that go in.
  var inputChannels: Int { weight.shape[isTransposed ? 0 : 1] }
  /// Channels that come out.
  var outputChannels: Int { weight.shape[isTransposed ? 1 : 0] }

  /// Zeros added before the first voxel: half a kernel, so that odd kernels keep the size; none for
  /// a transposed convolution.
  var padding: Size3 {
    isTransposed ? Size3(0, 0, 0) : Size3.zip(kernel, kernel) { k, _ in (k - 1) / 2 }
  }

  /// The size of the result: (n + 2 p - k) / s + 1, or (n - 1) s + k for a transposed convolution.
  func outputShape(for input: TensorShape) -> TensorShape {
    let lengths = (0..<3).map { axis in
      let (n, k) = (input.size.lengths[axis], kernel.lengths[axis])
      let (s, p) = (stride.lengths[axis], padding.lengths[axis])
      return isTransposed ? (n - 1) * s + k : (n + 2 * p - k) / s + 1
    }
    return TensorShape(batch: input.batch, channels: outputChannels, size: Size3(lengths))
  }
}

/// The weights of an instance normalisation and of the activation after it.
struct InstanceNormLayer {
  let scale: Parameter
  let shift: Parameter
  let epsilon: Float
  let slope: Float
}
