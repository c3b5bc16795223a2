import RandomNumbers
public import Tensors

/// A network that judges every part of an image: whether it was acquired or made.
///
/// (N, 1, D, H, W) -> logits (N, 1, D / 2^k, H / 2^k, W / 2^k), rounded up. Pairs of convolutions, the second of
/// which strides, with spectral normalisation and leaky ReLUs, no other normalisation.
///
/// - Source: Isola et al., CVPR 2017, arXiv:1611.07004; Miyato et al., ICLR 2018, arXiv:1802.05957.
public struct Discriminator: Layer {
  let convolutions: [Convolution]
  let head: Convolution
  /// The normalisations, in the order of ``parameters``.
  public let norms: [SpectralNorm]

  /// A network with weights of zero.
  ///
  /// - Parameter features: Channels of each pair of convolutions.
  public init(features: [Int] = [16, 32, 64]) {
    precondition(!features.isEmpty, "a discriminator has layers")
    var channels = 1
    var convolutions: [Convolution] = []
    for (index, width) in features.enumerated() {
      convolutions.append(Convolution.cubic("\(index).first", (channels, width)))
      convolutions.append(
        Convolution.cubic("\(index).second", (width, width), stride: [2, 2, 2]))
      channels = width
    }
    self.convolutions = convolutions
    head = Convolution("head", channels: (channels, 1), kernel: [1, 1, 1], stride: [1, 1, 1])
    norms = (convolutions + [head]).map { layer in
      SpectralNorm(
        of: Parameter(name: "\(layer.weight.name)_original", shape: layer.weight.shape),
        as: layer.weight)
    }
  }

  /// What training changes: the weights before normalisation, and the biases.
  public var parameters: [Parameter] {
    norms.map(\.weight) + (convolutions + [head]).compactMap(\.bias)
  }

  /// Whether the network stays as it is: gradients go through it, and none of its own are computed.
  public var isFrozen: Bool {
    get { head.weight.isFrozen }
    nonmutating set {
      for layer in convolutions + [head] { layer.weight.isFrozen = newValue }
    }
  }

  /// The judgement of every part, float32: positive for acquired.
  public func callAsFunction(_ x: Tensor) -> Tensor { judge(features(x)) }

  /// The activations of every convolution.
  public func features(_ x: Tensor) -> [Tensor] {
    var activations: [Tensor] = []
    for layer in convolutions {
      activations.append(layer(activations.last ?? x).leakyReLU(slope: Generator.slope))
    }
    return activations
  }

  /// The judgement that activations lead to.
  public func judge(_ activations: [Tensor]) -> Tensor {
    guard let last = activations.last, let bias = head.bias else {
      preconditionFailure("a discriminator has layers")
    }
    return last.logits(weight: head.weight, bias: bias)
  }

  /// Gives the network its random start.
  ///
  /// - Parameter seed: The same seed gives the same weights, bit for bit.
  public func initialise(seed: UInt64) {
    for (index, norm) in norms.enumerated() {
      var generator = SplitMix64(seed: seed, stream: index)
      let fanIn = norm.weight.shape.dropFirst().reduce(1, *)
      let deviation = heDeviation(fanIn: fanIn, slope: Generator.slope)
      norm.weight.update { generator.fillNormal($0, standardDeviation: deviation) }
      var start = [Float](repeating: 0, count: norm.weight.shape[0])
      start.withUnsafeMutableBufferPointer { generator.fillNormal($0, standardDeviation: 1) }
      norm.start(with: start)
    }
  }

  /// Normalises the weights anew, as is done before every step of its own training.
  public func normalise() {
    for norm in norms { norm.update() }
  }

  /// Gradients with respect to what training changes, in place of those of the normalised weights.
  public func gradients(from gradients: Gradients, on device: Device) -> Gradients {
    var result = gradients
    for norm in norms {
      guard let values = gradients[norm.normalised] else { continue }
      result.set(norm.gradient(from: values), of: norm.weight, on: device)
    }
    return result
  }
}
