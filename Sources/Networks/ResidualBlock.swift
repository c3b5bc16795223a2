import Tensors

/// Two convolutions around a shortcut, as in ResNet-D.
///
/// (N, C, D, H, W) -> (N, C', D', H', W').
///
/// y = leakyReLU(norm(conv(block(x))) + shortcut(x)); the shortcut averages over the stride, then a
/// 1 x 1 x 1 convolution changes the number of channels.
///
/// - Source: He et al., CVPR 2016, doi:10.1109/CVPR.2016.90; He et al., CVPR 2019,
///   doi:10.1109/CVPR.2019.00065.
struct ResidualBlock: Layer {
  let first: ConvolutionBlock
  let second: ConvolutionBlock
  let projection: ConvolutionBlock?
  let stride: [Int]

  init(
    _ name: String, channels: (Int, Int), kernel: [Int], stride: [Int], bias: Bool, epsilon: Float
  ) {
    first = ConvolutionBlock(
      "\(name).conv1", channels: channels, kernel: kernel, stride: stride, bias: bias,
      epsilon: epsilon)
    let flat = Array(repeating: 1, count: kernel.count)
    second = ConvolutionBlock(
      "\(name).conv2", channels: (channels.1, channels.1), kernel: kernel, stride: flat,
      bias: bias, epsilon: epsilon)
    self.stride = stride
    let strides = stride != flat
    projection =
      channels.0 == channels.1
      ? nil
      : ConvolutionBlock(
        "\(name).skip.\(strides ? 1 : 0)", channels: channels, kernel: flat, stride: flat,
        bias: false, epsilon: epsilon)
  }

  var parameters: [Parameter] {
    first.parameters + second.parameters + (projection?.parameters ?? [])
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var shortcut = x
    if stride.contains(where: { $0 != 1 }) { shortcut = shortcut.averagePooled(Size3(stride)) }
    if let projection { shortcut = projection.withoutActivation(shortcut) }
    return second.withoutActivation(first(x)).leakyReLU(adding: shortcut, slope: InstanceNorm.slope)
  }
}
