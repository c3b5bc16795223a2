import Parallelism

/// Sigmoid, binary cross-entropy and soft Dice of float32 logits (N, R, V) for regions, in one pass
/// for the value and one for the gradient.
///
/// The truth is looked up from the voxels' labels, so that no channel of it is ever stored.
struct RegionLossKernel {
  let chunks: VoxelChunks
  let regions: RegionMembership
  let logits: UnsafePointer<Float>
  let labels: UnsafePointer<Int16>

  func sums() -> [OverlapSums] {
    OverlapSums.gathered(chunks, channels: regions.count, addSums)
  }

  private func addSums(of chunk: Int, to target: UnsafeMutablePointer<Double>) {
    let count = regions.count
    var float = [SIMD16<Float>](repeating: .zero, count: 2 + 3 * count)
    float.withUnsafeMutableBufferPointer { sums in
      chunks.forEachVector(of: chunk) { sample, voxel, lanes in
        let base = logits + sample * count * chunks.voxels + voxel
        let label = loadLabels(labels + sample * chunks.voxels + voxel, lanes: lanes)
        let valid = SIMD16<Float>(repeating: 1).replacing(with: 0, where: label .< 0)
        var entropy = SIMD16<Float>.zero
        for k in 0..<count {
          let z = loadPartial(base + k * chunks.voxels, lanes: lanes)
          let truth = Self.indicator(of: regions.runs[k], label)
          let probability = Self.sigmoid(z) * valid
          // max(z, 0) - z y + ln(1 + e^-|z|), without the overflow of e^z.
          let size = z.replacing(with: -z, where: z .< 0)
          entropy += naturalLogarithm(1 + exponential(-size)) + (z + size) * 0.5 - z * truth
          sums[2 + k].addProduct(truth, probability)
          sums[2 + count + k] += truth
          sums[2 + 2 * count + k] += probability
        }
        sums[0] += entropy.replacing(with: 0, where: label .< 0)
        sums[1] += valid
      }
      storeTotals(of: sums, to: target)
    }
  }

  /// Writes the gradient of binary cross-entropy and Dice.
  ///
  /// - Parameters:
  ///   - result: N x R x V numbers, written.
  ///   - factors: As from ``SoftDice``.
  ///   - counted: What the sum of the cross-entropies is divided by.
  ///   - scale: The weight of the level.
  func writeGradient(
    _ result: UnsafeMutablePointer<Float>, factors: [[SoftDice.Factor]], counted: Double,
    scale: Float
  ) {
    let entropyScale = counted > 0 ? scale / Float(counted) : 0
    let count = regions.count
    parallelFor(chunks.count) { chunk in
      let factor = factors[chunk / chunks.perSample]
      chunks.forEachVector(of: chunk) { sample, voxel, lanes in
        let offset = sample * count * chunks.voxels + voxel
        let label = loadLabels(labels + sample * chunks.voxels + voxel, lanes: lanes)
        for k in 0..<count {
          let place = offset + k * chunks.voxels
          let truth = Self.indicator(of: regions.runs[k], label)
          let p = Self.sigmoid(loadPartial(logits + place, lanes: lanes))
          let dice = p * (1 - p) * factor[k].derivative(truth) * scale
          let gradient = dice.addingProduct(entropyScale, p - truth)
          storePartial(
            gradient.replacing(with: 0, where: label .< 0), to: result + place, lanes: lanes)
        }
      }
    }
  }

  @inline(__always)
  private static func sigmoid(_ z: SIMD16<Float>) -> SIMD16<Float> { 1 / (1 + exponential(-z)) }

  /// 1 where the label is in one of the runs, 0 elsewhere.
  @inline(__always)
  private static func indicator(
    of runs: [ClosedRange<Int16>], _ label: SIMD16<Float>
  ) -> SIMD16<Float> {
    var result = SIMD16<Float>.zero
    for run in runs {
      result += SIMD16<Float>(repeating: 1)
        .replacing(with: 0, where: label .< Float(run.lowerBound))
        .replacing(with: 0, where: label .> Float(run.upperBound))
    }
    return result
  }
}
