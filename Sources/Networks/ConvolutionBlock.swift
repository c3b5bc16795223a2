public import Tensors

/// Convolution, instance normalisation, leaky ReLU.
///
/// (N, C, D, H, W) -> (N, C', D', H', W').
public struct ConvolutionBlock: Layer {
  let convolution: Convolution
  let normalisation: InstanceNorm

  init(
    _ name: String, channels: (Int, Int), kernel: [Int], stride: [Int], bias: Bool, epsilon: Float
  ) {
    convolution = Convolution(
      "\(name).conv", channels: channels, kernel: kernel, stride: stride, options: (bias, .down))
    normalisation = InstanceNorm("\(name).norm", channels: channels.1, epsilon: epsilon)
  }

  /// The convolution's, then the normalisation's.
  public var parameters: [Parameter] { convolution.parameters + normalisation.parameters }

  /// The activated, normalised convolution of x.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    normalisation.leakyReLU(convolution.beforeNormalisation(x))
  }

  /// The normalised convolution of x, without the activation.
  func withoutActivation(_ x: Tensor) -> Tensor {
    normalisation(convolution.beforeNormalisation(x))
  }
}
