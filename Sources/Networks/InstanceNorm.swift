public import Tensors

/// Instance normalisation with scale and shift.
///
/// (N, C, D, H, W) -> the same.
public struct InstanceNorm: Layer {
  /// Slope of nnU-Net's leaky ReLU for negative numbers.
  public static let slope: Float = 0.01

  /// C factors.
  public let scale: Parameter
  /// C summands.
  public let shift: Parameter
  /// Added to the variance.
  public let epsilon: Float

  /// A normalisation with scale 1 and shift 0.
  ///
  /// - Parameters:
  ///   - name: The name of the layer in nnU-Net's state dictionary.
  ///   - channels: Number of channels.
  ///   - epsilon: Added to the variance.
  public init(_ name: String, channels: Int, epsilon: Float = 1e-5) {
    scale = Parameter(name: "\(name).weight", shape: [channels])
    shift = Parameter(name: "\(name).bias", shape: [channels])
    scale.values = Array(repeating: 1, count: channels)
    self.epsilon = epsilon
  }

  /// Scale and shift.
  public var parameters: [Parameter] { [scale, shift] }

  /// The normalised x.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.instanceNormalised(scale: scale, shift: shift, epsilon: epsilon, slope: 1)
  }

  /// The leaky ReLU of the normalised x, in one pass.
  public func leakyReLU(_ x: Tensor) -> Tensor {
    x.instanceNormalised(scale: scale, shift: shift, epsilon: epsilon, slope: Self.slope)
  }
}
