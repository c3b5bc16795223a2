import Parallelism

/// Softmax, cross-entropy and soft Dice of float32 logits (N, K, V), in one pass for the value and
/// one for the gradient.
///
/// Sixteen voxels at a time; the probabilities are computed twice and never stored.
struct SegmentationLossKernel {
  let chunks: VoxelChunks
  let classes: Int
  let logits: UnsafePointer<Float>
  let labels: UnsafePointer<Int16>

  private var voxels: Int { chunks.voxels }

  func sums() -> [OverlapSums] { OverlapSums.gathered(chunks, channels: classes, addSums) }

  private func addSums(of chunk: Int, to target: UnsafeMutablePointer<Double>) {
    var float = [SIMD16<Float>](repeating: .zero, count: 2 + 3 * classes)
    var probabilities = [SIMD16<Float>](repeating: .zero, count: classes)
    float.withUnsafeMutableBufferPointer { sums in
      probabilities.withUnsafeMutableBufferPointer { p in
        chunks.forEachVector(of: chunk) { sample, voxel, lanes in
          let base = logits + sample * classes * voxels + voxel
          let label = loadLabels(labels + sample * voxels + voxel, lanes: lanes)
          let valid = SIMD16<Float>(repeating: 1).replacing(with: 0, where: label .< 0)
          let (largest, total) = softmax(base, lanes: lanes, into: p)
          let inverse = valid / total
          var chosen = SIMD16<Float>.zero
          for k in 0..<classes {
            let truth = Self.indicator(of: k, label)
            let probability = p[k] * inverse
            chosen.addProduct(truth, loadPartial(base + k * voxels, lanes: lanes))
            sums[2 + k].addProduct(truth, probability)
            sums[2 + classes + k] += truth
            sums[2 + 2 * classes + k] += probability
          }
          let entropy = naturalLogarithm(total) + (largest - chosen)
          sums[0] += entropy.replacing(with: 0, where: label .< 0)
          sums[1] += valid
        }
      }
      storeTotals(of: sums, to: target)
    }
  }

  /// Writes the gradient of cross-entropy and Dice.
  ///
  /// - Parameters:
  ///   - result: N x K x V numbers, written.
  ///   - factors: As from ``SoftDice``.
  ///   - counted: Number of voxels that are not ignored.
  ///   - scale: The weight of the level.
  func writeGradient(
    _ result: UnsafeMutablePointer<Float>, factors: [[SoftDice.Factor]], counted: Double,
    scale: Float
  ) {
    let entropyScale = counted > 0 ? scale / Float(counted) : 0
    parallelFor(chunks.count) { chunk in
      var probabilities = [SIMD16<Float>](repeating: .zero, count: classes)
      let factor = factors[chunk / chunks.perSample]
      probabilities.withUnsafeMutableBufferPointer { p in
        chunks.forEachVector(of: chunk) { sample, voxel, lanes in
          let offset = sample * classes * voxels + voxel
          let label = loadLabels(labels + sample * voxels + voxel, lanes: lanes)
          let inverse = 1 / softmax(logits + offset, lanes: lanes, into: p).total
          // d/dz_k = p_k (a_k - sum_j a_j p_j) for derivatives a of the probabilities.
          var mean = SIMD16<Float>.zero
          for k in 0..<classes {
            p[k] *= inverse
            mean.addProduct(p[k], factor[k].derivative(Self.indicator(of: k, label)))
          }
          for k in 0..<classes {
            let truth = Self.indicator(of: k, label)
            let dice = p[k] * (factor[k].derivative(truth) - mean) * scale
            let gradient = dice.addingProduct(entropyScale, p[k] - truth)
            storePartial(
              gradient.replacing(with: 0, where: label .< 0), to: result + offset + k * voxels,
              lanes: lanes)
          }
        }
      }
    }
  }

  /// Exponentials of the logits minus their largest, and that largest and their sum.
  @inline(__always)
  private func softmax(
    _ base: UnsafePointer<Float>, lanes: Int, into p: UnsafeMutableBufferPointer<SIMD16<Float>>
  ) -> (largest: SIMD16<Float>, total: SIMD16<Float>) {
    var largest = SIMD16<Float>(repeating: -.infinity)
    for k in 0..<classes {
      p[k] = loadPartial(base + k * voxels, lanes: lanes)
      largest = largest.replacing(with: p[k], where: p[k] .> largest)
    }
    var total = SIMD16<Float>.zero
    for k in 0..<classes {
      p[k] = exponential(p[k] - largest)
      total += p[k]
    }
    return (largest, total)
  }

  /// 1 where the label is k, 0 elsewhere.
  ///
  /// By arithmetic, since comparisons for equality of SIMD types are compiled to a loop.
  @inline(__always)
  private static func indicator(of k: Int, _ label: SIMD16<Float>) -> SIMD16<Float> {
    let distance = label - Float(k)
    let value = 1 - distance * distance
    return value.replacing(with: 0, where: value .< 0)
  }
}
