import Parallelism

/// The voxels of a batch in parts that are worked on one by one, sixteen voxels at a time.
///
/// The parts follow from the number of voxels alone, so that sums do not depend on the threads.
struct VoxelChunks {
  let samples: Int
  let voxels: Int

  private static let grain = 4096
  /// Parts of a sample.
  var perSample: Int { (voxels + Self.grain - 1) / Self.grain }
  /// Parts of the batch.
  var count: Int { samples * perSample }

  /// Calls `body` for every sixteen voxels of a part; the last may have fewer.
  @inline(__always)
  func forEachVector(
    of chunk: Int, _ body: (_ sample: Int, _ voxel: Int, _ lanes: Int) -> Void
  ) {
    let (sample, part) = chunk.quotientAndRemainder(dividingBy: perSample)
    let end = min(voxels, (part + 1) * Self.grain)
    var voxel = part * Self.grain
    while voxel < end {
      body(sample, voxel, min(16, end - voxel))
      voxel += 16
    }
  }
}

/// The sums over the voxels of one sample that the losses are made of.
struct OverlapSums {
  var crossEntropy = 0.0
  var counted = 0.0
  /// Per channel: probability times truth, truth, probability.
  var intersection: [Double]
  var truth: [Double]
  var probability: [Double]

  /// Adds up the parts of every sample.
  ///
  /// - Parameters:
  ///   - chunks: The parts.
  ///   - channels: Channels of the logits.
  ///   - addSums: Writes one part's cross-entropy, number of voxels, and for every channel
  ///     intersections, truths and probabilities: 2 + 3 channels numbers.
  /// - Returns: The sums of every sample.
  static func gathered(
    _ chunks: VoxelChunks, channels: Int,
    _ addSums: (_ chunk: Int, _ target: UnsafeMutablePointer<Double>) -> Void
  ) -> [OverlapSums] {
    let width = 2 + 3 * channels
    var partial = [Double](repeating: 0, count: chunks.count * width)
    partial.withUnsafeMutableBufferPointer { partial in
      let target = partial.baseAddress.unsafelyUnwrapped
      parallelFor(chunks.count) { chunk in addSums(chunk, target + chunk * width) }
    }
    return (0..<chunks.samples).map { sample in
      var total = [Double](repeating: 0, count: width)
      for chunk in sample * chunks.perSample..<(sample + 1) * chunks.perSample {
        for index in 0..<width { total[index] += partial[chunk * width + index] }
      }
      return OverlapSums(
        crossEntropy: total[0], counted: total[1], intersection: Array(total[2..<2 + channels]),
        truth: Array(total[2 + channels..<2 + 2 * channels]),
        probability: Array(total[2 + 2 * channels..<width]))
    }
  }
}

/// Minus the mean soft Dice of some channels, and the way to its gradient.
///
/// - Source: Drozdzal et al., 2016, arXiv:1608.04117, as nnU-Net 2.8.1's
///   `MemoryEfficientSoftDiceLoss`.
struct SoftDice {
  /// The derivatives of the value with respect to one voxel's probability.
  struct Factor {
    var atTruth: Float = 0
    var elsewhere: Float = 0

    /// The derivative at voxels of which `truth` is 1 or 0.
    @inline(__always)
    func derivative(_ truth: SIMD16<Float>) -> SIMD16<Float> {
      SIMD16(repeating: elsewhere).addingProduct(atTruth - elsewhere, truth)
    }
  }

  private static let smooth = 1e-5

  /// Minus the mean.
  private(set) var value = 0.0
  /// Per sample and channel.
  private(set) var factors: [[Factor]]

  /// The Dice of some channels.
  ///
  /// - Parameters:
  ///   - sums: The sums of every sample, at least one.
  ///   - channels: The channels that count.
  ///   - batchDice: Whether sums run over the whole batch rather than over each sample.
  init(of sums: [OverlapSums], channels: Range<Int>, batchDice: Bool) {
    func total(_ part: (OverlapSums) -> [Double], _ k: Int) -> Double {
      sums.reduce(0) { $0 + part($1)[k] }
    }
    let groups = batchDice ? 1 : sums.count
    let terms = Double(max(1, groups * channels.count))
    factors = sums.map { Array(repeating: Factor(), count: $0.truth.count) }
    for group in 0..<groups {
      for k in channels {
        let i = batchDice ? total(\.intersection, k) : sums[group].intersection[k]
        let g = batchDice ? total(\.truth, k) : sums[group].truth[k]
        let p = batchDice ? total(\.probability, k) : sums[group].probability[k]
        let numerator = 2 * i + Self.smooth
        let denominator = max(g + p + Self.smooth, 1e-8)
        value -= numerator / denominator / terms
        let elsewhere = numerator / (denominator * denominator) / terms
        let atTruth = elsewhere - 2 / denominator / terms
        for sample in batchDice ? 0..<sums.count : group..<group + 1 {
          factors[sample][k] = Factor(atTruth: Float(atTruth), elsewhere: Float(elsewhere))
        }
      }
    }
  }
}
