/// The shape of a U-Net in the terms of nnU-Net's plans.
public struct UNetArchitecture: Sendable, Hashable {
  /// What the encoder is built of.
  public enum Encoder: Sendable, Hashable {
    /// Plain convolution blocks: `PlainConvUNet`.
    case plain
    /// Residual blocks after a stem: `ResidualEncoderUNet`.
    case residual
  }

  /// What the encoder is built of.
  public var encoder: Encoder
  /// Channels of the images.
  public var inputChannels: Int
  /// Channels of the logits.
  public var classes: Int
  /// Channels of each stage, highest resolution first.
  public var features: [Int]
  /// The kernel of each stage, along two or three axes.
  public var kernels: [[Int]]
  /// The stride into each stage; the first is 1 along every axis.
  public var strides: [[Int]]
  /// Convolutions, or residual blocks, of each stage of the encoder.
  public var blocksPerStage: [Int]
  /// Convolutions of each stage of the decoder, from the lowest resolution up.
  public var decoderBlocksPerStage: [Int]
  /// Whether convolutions before a normalisation have a bias.
  public var hasBias: Bool = true
  /// What normalisations add to the variance.
  public var epsilon: Float = 1e-5

  /// An architecture; all lists have one entry per stage, the decoder's one fewer.
  public init(
    encoder: Encoder, channels: (input: Int, classes: Int), features: [Int],
    grid: (kernels: [[Int]], strides: [[Int]]), blocks: (encoder: [Int], decoder: [Int])
  ) {
    self.encoder = encoder
    inputChannels = channels.input
    classes = channels.classes
    self.features = features
    kernels = grid.kernels
    strides = grid.strides
    blocksPerStage = blocks.encoder
    decoderBlocksPerStage = blocks.decoder
  }

  /// Number of stages of the encoder.
  public var stages: Int { features.count }

  /// The product of the strides along each axis: what image sizes must be multiples of.
  public var divisor: [Int] {
    strides.reduce(Array(repeating: 1, count: strides.first?.count ?? 0)) { product, stride in
      zip(product, stride).map(*)
    }
  }

  /// What makes the architecture impossible to build, or nil.
  public var defect: String? {
    let n = features.count
    if n < 2 { return "a U-Net needs at least two stages, not \(n)" }
    if kernels.count != n { return "\(kernels.count) kernel sizes for \(n) stages" }
    if strides.count != n { return "\(strides.count) strides for \(n) stages" }
    if blocksPerStage.count != n { return "\(blocksPerStage.count) block counts for \(n) stages" }
    if decoderBlocksPerStage.count != n - 1 {
      return "\(decoderBlocksPerStage.count) decoder block counts for \(n - 1) decoder stages"
    }
    let axes = kernels[0].count
    if axes != 2 && axes != 3 { return "kernels of \(axes) axes" }
    if (kernels + strides).contains(where: { $0.count != axes }) {
      return "kernels and strides of different numbers of axes"
    }
    if (kernels + strides).joined().contains(where: { $0 < 1 || $0 > 64 }) {
      return "a kernel size or stride outside 1 to 64"
    }
    if kernels.joined().contains(where: { $0 % 2 == 0 }) { return "an even kernel size" }
    if (features + blocksPerStage + decoderBlocksPerStage + [inputChannels, classes])
      .contains(where: { $0 < 1 || $0 > 65536 })
    {
      return "a number of features, blocks, channels or classes outside 1 to 65536"
    }
    let weights = features.indices.reduce(0.0) { sum, stage in
      let inputs = stage == 0 ? inputChannels : features[stage - 1]
      return sum + Double(features[stage]) * Double(max(inputs, features[stage]))
        * kernels[stage].reduce(1.0) { $0 * Double($1) } * Double(blocksPerStage[stage])
    }
    if weights > 0x1p32 { return "an encoder of more than 4 billion weights" }
    return nil
  }
}
