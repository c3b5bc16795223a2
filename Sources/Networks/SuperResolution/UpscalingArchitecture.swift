/// The shape of a network that raises the resolution of an image.
public struct UpscalingArchitecture: Hashable, Sendable {
  /// How many times as many voxels the result has along z, y and x.
  public var factors: [Int]
  /// Channels of the features at the low resolution.
  public var features: Int
  /// Channels of the features at the high resolution.
  public var fineFeatures: Int
  /// Number of residual blocks.
  public var blocks: Int

  /// An architecture.
  public init(factors: [Int], features: Int = 32, fineFeatures: Int = 16, blocks: Int = 8) {
    self.factors = factors
    self.features = features
    self.fineFeatures = fineFeatures
    self.blocks = blocks
  }

  /// What makes it no network, or nil.
  public var defect: String? {
    if factors.count != 3 || !factors.allSatisfy({ (1...4).contains($0) }) {
      return "factors must be three whole numbers from 1 to 4, not \(factors)"
    }
    if !(1...512).contains(features) || !(1...512).contains(fineFeatures) {
      return "features must be from 1 to 512, not \(features) and \(fineFeatures)"
    }
    if !(1...64).contains(blocks) { return "blocks must be from 1 to 64, not \(blocks)" }
    return nil
  }

  /// Voxels of the low resolution on either side of a voxel that its result depends on.
  public var reach: Int { 2 * blocks + 3 }
}
