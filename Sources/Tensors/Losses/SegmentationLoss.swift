/// The labels that logits are compared with: one per voxel of every sample.
public struct LabelBatch: Sendable {
  /// The label of voxels that do not count.
  public static let ignored: Int16 = -1

  /// Number of samples.
  public let batch: Int
  /// Numbers of voxels.
  public let size: Size3
  /// N x D x H x W labels: 0 ..< K, or ``ignored``.
  public let labels: [Int16]

  /// Labels of a batch, sample after sample, last axis fastest.
  public init(batch: Int, size: Size3, labels: [Int16]) {
    precondition(
      labels.count == batch * size.count,
      "\(labels.count) labels do not fill \(batch) samples of \(size.lengths)")
    self.batch = batch
    self.size = size
    self.labels = labels
  }
}

/// Cross-entropy plus soft Dice of logits, over the levels of deep supervision.
///
/// For each level: the mean cross-entropy over voxels, minus the mean over foreground classes of (2
/// I + 1e-5) / max(G + P + 1e-5, 1e-8), where I, G and P are the sums of probability times truth,
/// of truth and of probability over the voxels of a sample, or of the batch. Ignored voxels take no
/// part. For regions, which may overlap, probabilities are sigmoids in place of a softmax, the
/// cross-entropy is binary, and every region counts for Dice.
///
/// - Source: Isensee et al., Nature Methods 18, 2021, doi:10.1038/s41592-020-01008-z; Drozdzal et
///   al., 2016, arXiv:1608.04117.
public struct SegmentationLoss: Sendable {
  /// What the channels of the logits stand for.
  public enum Channels: Hashable, Sendable {
    /// Exclusive labels, 0 being the background.
    case labels
    /// Regions.
    ///
    /// The binary cross-entropies are averaged over voxels and regions. Where the dataset may have
    /// ignored voxels their sum is divided by the number of the other voxels alone, as the
    /// reference does, which weighs them as many times more as there are regions.
    case regions(RegionMembership, hasIgnoredVoxels: Bool)
  }

  /// What the channels of the logits stand for.
  public var channels: Channels
  /// Whether Dice sums run over the whole batch rather than over each sample.
  public var batchDice: Bool
  /// The weight of each level, highest resolution first; levels of weight 0 are not computed.
  public var levelWeights: [Double]

  /// A loss for the given levels.
  public init(
    _ channels: Channels = .labels, batchDice: Bool, levelWeights: [Double]
  ) {
    self.channels = channels
    self.batchDice = batchDice
    self.levelWeights = levelWeights
  }

  /// nnU-Net's weights for a number of levels: 1, 1/2, 1/4, ..., the last 0, scaled to sum 1.
  ///
  /// A single level keeps weight 1.
  public static func deepSupervisionWeights(levels: Int) -> [Double] {
    guard levels > 1 else { return [1] }
    var weights = (0..<levels - 1).map { 1 / Double(1 << $0) }
    let total = weights.reduce(0, +)
    weights = weights.map { $0 / total }
    return weights + [0]
  }

  /// The loss of the logits of every level.
  ///
  /// - Parameters:
  ///   - logits: (N, K, D, H, W) per level, highest resolution first; levels of weight 0 at the end
  ///     may be missing.
  ///   - targets: The labels of each of these levels.
  /// - Returns: The value, and the way to the gradients if the logits were recorded.
  public func callAsFunction(_ logits: [Tensor], _ targets: [LabelBatch]) -> LossValue {
    precondition(
      targets.count >= logits.count && levelWeights.dropFirst(logits.count).allSatisfy { $0 == 0 },
      "\(logits.count) levels of logits, \(targets.count) of labels, \(levelWeights.count) weights")
    var value = 0.0
    var (crossEntropy, dice) = (0.0, 0.0)
    var seeds: [(slot: Int, gradient: Tensor)] = []
    var tape: Tape?
    for (level, weight) in levelWeights.enumerated() where weight != 0 {
      let output = logits[level]
      precondition(
        output.shape.size == targets[level].size && output.shape.batch == targets[level].batch,
        "logits \(output.shape) against labels of \(targets[level].size.lengths)")
      let request = SegmentationLossRequest(
        labels: targets[level].labels, channels: channels, batchDice: batchDice,
        gradientScale: output.slot == nil ? nil : Float(weight))
      let result = output.device.backend.segmentationLoss(output, request)
      value += weight * (result.crossEntropy + result.dice)
      crossEntropy += weight * result.crossEntropy
      dice += weight * result.dice
      if let slot = output.slot, let gradient = result.gradient {
        seeds.append((slot, gradient))
        tape = output.tape
      }
    }
    return LossValue(
      value: value, crossEntropy: crossEntropy, dice: dice, tape: tape, seeds: seeds)
  }
}

/// The value of a loss, and the record that leads to its gradients.
public struct LossValue {
  /// The loss.
  public let value: Double
  /// Its weighted cross-entropy part.
  public let crossEntropy: Double
  /// Its weighted Dice part, between -1 and 0.
  public let dice: Double
  let tape: Tape?
  let seeds: [(slot: Int, gradient: Tensor)]

  /// The gradients with respect to all parameters that took part; the record is used up.
  public func gradients() -> Gradients { tape?.backward(from: seeds) ?? Gradients() }
}

/// One level's labels and how to compare with them.
struct SegmentationLossRequest {
  let labels: [Int16]
  let channels: SegmentationLoss.Channels
  let batchDice: Bool
  /// What the gradient is multiplied with; nil if none is wanted.
  let gradientScale: Float?
}

/// One level's loss.
struct SegmentationLossResult {
  let crossEntropy: Double
  let dice: Double
  let gradient: Tensor?
}
