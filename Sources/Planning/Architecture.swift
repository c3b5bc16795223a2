/// The U-Net of a configuration.
public struct Architecture: Sendable, Equatable {
  /// The kind of encoder.
  public enum Kind: String, Sendable, CaseIterable {
    /// Stages of convolutions.
    case plain = "dynamic_network_architectures.architectures.unet.PlainConvUNet"
    /// A stem, then stages of residual blocks.
    case residualEncoder = "dynamic_network_architectures.architectures.unet.ResidualEncoderUNet"
  }

  /// The kind of encoder.
  public let kind: Kind
  /// Features of every stage, full resolution first.
  public let features: [Int]
  /// Kernel size of every stage, one number per axis.
  public let kernelSizes: [[Int]]
  /// Stride with which every stage is entered, one number per axis; the first stage's are 1.
  public let strides: [[Int]]
  /// Convolutions (``Kind/plain``) or residual blocks (``Kind/residualEncoder``) of every encoder
  /// stage.
  public let encoderDepths: [Int]
  /// Convolutions of every decoder stage; one entry fewer than stages.
  public let decoderDepths: [Int]
  /// Whether convolutions have a bias.
  public let hasBias: Bool
  /// Added to the variance in instance normalisation.
  public let normalizationEpsilon: Double
  /// Whether instance normalisation has a learnt scale and shift.
  public let normalizationIsAffine: Bool

  /// An architecture from its parts; every list runs over the stages, full resolution first.
  public init(
    kind: Kind, topology: NetworkTopology, features: [Int], encoderDepths: [Int],
    decoderDepths: [Int]
  ) {
    self.init(
      kind: kind, features: features, kernelSizes: topology.kernelSizes, strides: topology.strides,
      depths: (encoderDepths, decoderDepths))
  }

  init(
    kind: Kind, features: [Int], kernelSizes: [[Int]], strides: [[Int]],
    depths: (encoder: [Int], decoder: [Int]),
    options: (hasBias: Bool, epsilon: Double, isAffine: Bool) = (true, 1e-5, true)
  ) {
    precondition(
      features.count == strides.count && kernelSizes.count == strides.count
        && depths.encoder.count == strides.count && depths.decoder.count == strides.count - 1,
      "the lists of an architecture of \(strides.count) stages have other lengths")
    self.kind = kind
    self.features = features
    self.kernelSizes = kernelSizes
    self.strides = strides
    encoderDepths = depths.encoder
    decoderDepths = depths.decoder
    hasBias = options.hasBias
    normalizationEpsilon = options.epsilon
    normalizationIsAffine = options.isAffine
  }

  /// Number of resolutions.
  public var stages: Int { strides.count }

  /// 2 or 3.
  public var dimensions: Int { strides[0].count }

  /// The number by which the patch must divide along every axis: the product of the strides.
  public var divisors: [Int] {
    strides.reduce(Array(repeating: 1, count: dimensions)) { zip($0, $1).map(*) }
  }
}

extension Architecture {
  /// The number of elements that the network's convolutions put out for one patch, which stands for
  /// its training memory.
  ///
  /// Sizes are divided rounding down, and only the full-resolution head is counted.
  ///
  /// - Parameters:
  ///   - patch: Patch size, one number per axis.
  ///   - classes: Number of output channels; the planner passes the number of names in
  ///     `dataset.json`.
  /// - Returns: The number of elements for a batch of one; 2^62 where it is larger.
  /// - Source: `compute_conv_feature_map_size` of dynamic_network_architectures 0.4.4.
  public func featureMapElements(patch: [Int], classes: Int) -> Int {
    precondition(
      patch.count == dimensions, "a patch \(patch) does not fit \(dimensions) dimensions")
    var size = patch
    // In double precision, which is exact for all that fits into a memory and overflows for nothing.
    var voxels: [Double] = []
    for stride in strides {
      size = zip(size, stride).map { $0 / $1 }
      voxels.append(size.reduce(1) { $0 * Double($1) })
    }
    var elements = Double(classes) * voxels[0]
    if kind == .residualEncoder { elements += Double(features[0]) * voxels[0] }
    for stage in 0..<stages {
      let maps = Double(features[stage]) * voxels[stage]
      switch kind {
      case .plain: elements += Double(encoderDepths[stage]) * maps
      case .residualEncoder:
        let changes =
          stage > 0
          && (features[stage - 1] != features[stage] || strides[stage].contains { $0 != 1 })
        elements += Double(2 * encoderDepths[stage] + (changes ? 1 : 0)) * maps
      }
      // One transposed convolution besides the stage's own.
      if stage < stages - 1 { elements += Double(decoderDepths[stage] + 1) * maps }
    }
    return Int(min(elements, 0x1p62))
  }
}
