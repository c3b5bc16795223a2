import RandomNumbers
public import Tensors

/// nnU-Net's U-Net, plain or with a residual encoder, with a head on every level of the decoder.
///
/// (N, C, D, H, W) -> logits (N, K, D, H, W), and at every lower resolution but the last.
///
/// - Source: Ronneberger et al., MICCAI 2015, doi:10.1007/978-3-319-24574-4_28; Isensee et al.,
///   Nature Methods 18, 2021, doi:10.1038/s41592-020-01008-z.
public struct UNet: SegmentationNetwork {
  /// The shape the network was built to.
  public let architecture: UNetArchitecture
  /// Whether the encoder's weights stay as they are: no gradient is computed for them, so that
  /// optimisers leave them alone.
  public var isEncoderFrozen = false
  let encoder: Encoder
  /// From the lowest resolution up.
  let decoder: [DecoderStage]

  /// A network with weights of zero; ``initialise(seed:)`` or ``load(_:)`` gives it others.
  ///
  /// - Parameter architecture: A shape without a ``UNetArchitecture/defect``.
  public init(_ architecture: UNetArchitecture) {
    if let defect = architecture.defect { preconditionFailure(defect) }
    self.architecture = architecture
    encoder = Encoder(architecture)
    let a = architecture
    decoder = (0..<a.stages - 1).map { index in
      let below = a.stages - 1 - index
      let (from, to) = (a.features[below], a.features[below - 1])
      let flat = Array(repeating: 1, count: a.kernels[0].count)
      return DecoderStage(
        upsampling: Convolution(
          "decoder.transpconvs.\(index)", channels: (from, to), kernel: a.strides[below],
          stride: a.strides[below], options: (true, .up)),
        blocks: (0..<a.decoderBlocksPerStage[index]).map { block in
          ConvolutionBlock(
            "decoder.stages.\(index).convs.\(block)", channels: (block == 0 ? 2 * to : to, to),
            kernel: a.kernels[below - 1], stride: flat, bias: a.hasBias, epsilon: a.epsilon)
        },
        head: Convolution(
          "decoder.seg_layers.\(index)", channels: (to, a.classes), kernel: flat, stride: flat))
    }
  }

  /// Number of levels of deep supervision: the stages of the decoder.
  public var levels: Int { decoder.count }

  /// The weights in the order of nnU-Net's state dictionary: encoder, decoder blocks, upsampling,
  /// heads.
  public var parameters: [Parameter] {
    encoder.parameters + decoder.flatMap { $0.blocks.flatMap(\.parameters) }
      + decoder.flatMap(\.upsampling.parameters) + decoder.flatMap(\.head.parameters)
  }

  /// The weights of the encoder, its stem included.
  public var encoderParameters: [Parameter] { encoder.parameters }

  /// The logits of the highest `levels` resolutions, highest first.
  ///
  /// - Parameters:
  ///   - x: Images (N, C, D, H, W); every axis a multiple of ``UNetArchitecture/divisor``.
  ///   - levels: How many levels' heads to compute, from the highest resolution down.
  /// - Returns: (N, K, D_l, H_l, W_l) per level.
  public func callAsFunction(_ x: Tensor, levels: Int) -> [Tensor] {
    // What a frozen encoder computes is data to the decoder, as images are to the encoder.
    let input = isEncoderFrozen ? x.unrecorded : x
    var features = encoder.stem.map { $0(input) } ?? input
    var skips: [Tensor] = []
    for stage in encoder.stages {
      features = stage(features)
      skips.append(features)
    }
    if isEncoderFrozen {
      skips = skips.map { $0.recordedAsData(with: x) }
      features = features.recordedAsData(with: x)
    }
    _ = skips.popLast()
    var logits: [Tensor] = []
    for (index, stage) in decoder.enumerated() {
      guard let skip = skips.popLast() else { preconditionFailure("a skip per decoder stage") }
      features = stage(features, skip: skip)
      if decoder.count - index <= levels { logits.append(stage.logits(features)) }
    }
    return logits.reversed()
  }

  /// What the first stages of the encoder see in images.
  ///
  /// - Parameters:
  ///   - x: Images (N, C, D, H, W).
  ///   - stages: How many stages, from the highest resolution down; those that the encoder has at most.
  /// - Returns: (N, C_s, D_s, H_s, W_s) per stage.
  public func features(_ x: Tensor, stages: Int) -> [Tensor] {
    var features = encoder.stem.map { $0(x) } ?? x
    return encoder.stages.prefix(stages).map { stage in
      features = stage(features)
      return features
    }
  }

  /// Gives the network nnU-Net's random start.
  ///
  /// Kernels are normal with variance 2 / (1 + 0.01²) / fan-in, biases 0, scales 1, shifts 0; the
  /// second normalisation of each residual block starts at scale 0. Each parameter has its own
  /// stream of random numbers, so that it does not depend on the others.
  ///
  /// - Parameter seed: The same seed gives the same weights, bit for bit.
  /// - Source: He et al., ICCV 2015, doi:10.1109/ICCV.2015.123.
  public func initialise(seed: UInt64) {
    for (index, parameter) in parameters.enumerated() {
      let isScale = parameter.name.hasSuffix("norm.weight")
      if parameter.shape.count == 1 {
        let startsAtZero = !isScale || parameter.name.hasSuffix("conv2.norm.weight")
        parameter.values = Array(repeating: startsAtZero ? 0 : 1, count: parameter.count)
        continue
      }
      let fanIn = parameter.shape.dropFirst().reduce(1, *)
      let deviation = (2 / (1 + 0.01 * 0.01) / Float(fanIn)).squareRoot()
      var generator = SplitMix64(seed: seed, stream: index)
      parameter.update { generator.fillNormal($0, standardDeviation: deviation) }
    }
  }
}
