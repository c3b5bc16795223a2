public import Tensors

/// A convolution padded with half a kernel of zeros, or a transposed one without padding.
///
/// (N, C, D, H, W) -> (N, C', D', H', W').
public struct Convolution: Layer {
  /// What a convolution does to the size of an image.
  public enum Direction: Sendable {
    /// Each axis of n voxels becomes (n + 2 p - k) / s + 1 with p = (k - 1) / 2.
    case down
    /// Each axis of n voxels becomes (n - 1) s + k.
    case up
  }

  /// (C', C, kernel), or (C, C', kernel) upwards.
  public let weight: Parameter
  /// C' numbers, or nil.
  public let bias: Parameter?
  /// Voxels from one window to the next, along two or three axes.
  public let stride: [Int]
  /// Whether the convolution is transposed.
  public let direction: Direction

  /// A convolution with weights of zero.
  ///
  /// - Parameters:
  ///   - name: The name of the layer in nnU-Net's state dictionary.
  ///   - channels: Channels that go in and come out.
  ///   - kernel: The kernel, along two or three axes.
  ///   - stride: The stride along the same axes.
  ///   - options: Bias and direction.
  public init(
    _ name: String, channels: (Int, Int), kernel: [Int], stride: [Int],
    options: (bias: Bool, direction: Direction) = (true, .down)
  ) {
    precondition(kernel.count == stride.count, "kernel \(kernel) and stride \(stride) of \(name)")
    let ends = options.direction == .down ? [channels.1, channels.0] : [channels.0, channels.1]
    weight = Parameter(name: "\(name).weight", shape: ends + kernel)
    bias = options.bias ? Parameter(name: "\(name).bias", shape: [channels.1]) : nil
    self.stride = stride
    direction = options.direction
  }

  /// The weight, then the bias if there is one.
  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  /// The convolution of x.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch direction {
    case .down: x.convolved(with: weight, bias: bias, stride: Size3(stride))
    case .up: x.upsampled(with: weight, bias: bias, stride: Size3(stride))
    }
  }

  /// The upsampled x, and after its channels those of another tensor of the result's size.
  public func callAsFunction(_ x: Tensor, followedBy other: Tensor) -> Tensor {
    precondition(direction == .up, "\(weight.name) does not upsample")
    return x.upsampled(with: weight, bias: bias, stride: Size3(stride), followedBy: other)
  }

  /// The convolution of x for a normalisation that follows at once.
  ///
  /// The normalisation takes away whatever the bias adds, so it is not added, and its gradient is
  /// exactly zero.
  public func beforeNormalisation(_ x: Tensor) -> Tensor {
    let y = x.convolved(with: weight, bias: nil, stride: Size3(stride))
    return bias.map { y.unaffected(by: $0) } ?? y
  }
}
