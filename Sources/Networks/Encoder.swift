import Tensors

/// One resolution of the encoder: blocks one after another, the first of which strides.
enum EncoderStage: Layer {
  case plain([ConvolutionBlock])
  case residual([ResidualBlock])

  var parameters: [Parameter] {
    switch self {
    case .plain(let blocks): blocks.flatMap(\.parameters)
    case .residual(let blocks): blocks.flatMap(\.parameters)
    }
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .plain(let blocks): blocks.reduce(x) { $1($0) }
    case .residual(let blocks): blocks.reduce(x) { $1($0) }
    }
  }
}

/// The encoder of a U-Net: an optional stem and a stage per resolution.
struct Encoder: Layer {
  let stem: ConvolutionBlock?
  let stages: [EncoderStage]

  init(_ architecture: UNetArchitecture) {
    let a = architecture
    let flat = Array(repeating: 1, count: a.kernels[0].count)
    stem =
      a.encoder == .plain
      ? nil
      : ConvolutionBlock(
        "encoder.stem.convs.0", channels: (a.inputChannels, a.features[0]), kernel: a.kernels[0],
        stride: flat, bias: a.hasBias, epsilon: a.epsilon)
    var channels = a.encoder == .plain ? a.inputChannels : a.features[0]
    stages = (0..<a.stages).map { stage in
      let features = a.features[stage]
      func layers<Block>(_ make: (_ index: Int, _ channels: Int, _ stride: [Int]) -> Block)
        -> [Block]
      {
        (0..<a.blocksPerStage[stage]).map { index in
          make(index, index == 0 ? channels : features, index == 0 ? a.strides[stage] : flat)
        }
      }
      defer { channels = features }
      switch a.encoder {
      case .plain:
        return .plain(
          layers { index, channels, stride in
            ConvolutionBlock(
              "encoder.stages.\(stage).0.convs.\(index)", channels: (channels, features),
              kernel: a.kernels[stage], stride: stride, bias: a.hasBias, epsilon: a.epsilon)
          })
      case .residual:
        return .residual(
          layers { index, channels, stride in
            ResidualBlock(
              "encoder.stages.\(stage).blocks.\(index)", channels: (channels, features),
              kernel: a.kernels[stage], stride: stride, bias: a.hasBias, epsilon: a.epsilon)
          })
      }
    }
  }

  var parameters: [Parameter] { (stem?.parameters ?? []) + stages.flatMap(\.parameters) }
}

/// One resolution of the decoder: upsampling, joining with the encoder's features, and convolution
/// blocks.
struct DecoderStage {
  let upsampling: Convolution
  let blocks: [ConvolutionBlock]
  let head: Convolution

  func callAsFunction(_ x: Tensor, skip: Tensor) -> Tensor {
    blocks.reduce(upsampling(x, followedBy: skip)) { $1($0) }
  }

  func logits(_ features: Tensor) -> Tensor {
    guard let bias = head.bias else { preconditionFailure("a head has a bias") }
    return features.logits(weight: head.weight, bias: bias)
  }
}
