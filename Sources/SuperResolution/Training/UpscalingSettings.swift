public import Networks
public import Volumes

/// How a network that raises the resolution is trained, and for what.
public struct UpscalingSettings: Hashable, Sendable {
  /// What makes coarse images of fine ones, and how many fine voxels go on a coarse one.
  public var degradation = Degradation(factors: [2, 2, 2])
  /// Channels at the coarse resolution.
  public var features = 32
  /// Channels at the fine resolution.
  public var fineFeatures = 16
  /// Residual blocks.
  public var blocks = 6
  /// Fine voxels of a patch.
  public var patch = Shape3(32, 32, 32)
  /// Patches per step.
  public var batch = 8
  /// Steps that learn from the differences of intensities alone.
  public var iterations = 2000
  /// The learning rate at the first step; it falls to 0 along half a cosine.
  public var learningRate = 4e-4
  /// The weight of the differences of neighbouring voxels' differences.
  public var gradientWeight = 0.0
  /// Steps after them in which a second network judges the images; 0 for none.
  public var adversarialIterations = 0
  /// Of these the first, in which only the second network learns.
  public var adversarialWarmUp = 0
  /// The standard deviation of the noise that the second network's images get at first; it falls to 0 over the stage.
  public var instanceNoise = 0.0
  /// The learning rate of both networks in those.
  public var adversarialLearningRate = 1e-4
  /// The kind of adversarial loss.
  public var adversarialLoss = AdversarialLoss.relativistic
  /// Its weight.
  public var adversarialWeight = 5e-3
  /// The weight of the differences of the second network's activations.
  public var featureWeight = 1e-2
  /// The weight of the differences of what a segmentation network sees, where one is given.
  public var perceptualWeight = 1e-2
  /// Channels of the second network's pairs of convolutions.
  public var discriminatorFeatures = [16, 32, 64]

  /// The settings for twice the resolution along every axis.
  public init() {}

  /// The shape of the network.
  public var architecture: UpscalingArchitecture {
    UpscalingArchitecture(
      factors: networkFactors, features: features, fineFeatures: fineFeatures, blocks: blocks)
  }

  /// Fine voxels per coarse voxel along z, y and x.
  public var factors: [Double] { degradation.factors }

  /// The whole part of each factor, which the network brings; what is left of it comes from interpolation before.
  var networkFactors: [Int] { factors.map { max(1, Int($0)) } }

  /// The grid that the network works on.
  ///
  /// - Parameter fine: A fine grid, a multiple of ``networkFactors``.
  /// - Returns: The coarse grid itself where factors are whole.
  func workingShape(of fine: Shape3) -> Shape3 {
    Shape3((0..<3).map { fine[$0] / networkFactors[$0] })
  }

  /// The fine grid of a coarse image.
  func fineShape(of coarse: Shape3) -> Shape3 {
    Shape3(
      (0..<3).map { axis in
        let factor = networkFactors[axis]
        return factor * Int((Double(coarse[axis]) * factors[axis] / Double(factor)).rounded())
      })
  }

  /// The grid of the image that is made of one on a coarse grid; it covers the same space.
  public func fineGrid(of coarse: Geometry) -> Geometry {
    coarse.onGrid(fineShape(of: coarse.extent.shape).extent)
  }
}
