import Parallelism

/// Softmax, cross-entropy and soft Dice of float32 logits (N, K, V), in one pass for the value and
/// one for the gradient.
///
/// Sixteen voxels at a time; the probabilities are computed twice and never stored.
struct SegmentationLossKernel {
  let batch: Int
  let classes: Int
  let voxels: Int
  let logits: UnsafePointer<Float>
  let labels: UnsafePointer<Int16>

  private static let grain = 4096
  private static let smooth = 1e-5
  private var chunks: Int { (voxels + Self.grain - 1) / Self.grain }

  /// The sums over the voxels of one sample that the losses are made of.
  struct Sums {
    var crossEntropy = 0.0
    var counted = 0.0
    /// Per class: probability times truth, truth, probability.
    var intersection: [Double]
    var truth: [Double]
    var probability: [Double]
  }

  func sums() -> [Sums] {
    let width = 2 + 3 * classes
    var partial = [Double](repeating: 0, count: batch * chunks * width)
    partial.withUnsafeMutableBufferPointer { partial in
      let target = partial.baseAddress.unsafelyUnwrapped
      parallelFor(batch * chunks) { chunk in addSums(of: chunk, to: target + chunk * width) }
    }
    return (0..<batch).map { sample in
      var total = [Double](repeating: 0, count: width)
      for chunk in sample * chunks..<(sample + 1) * chunks {
        for index in 0..<width { total[index] += partial[chunk * width + index] }
      }
      return Sums(
        crossEntropy: total[0], counted: total[1], intersection: Array(total[2..<2 + classes]),
        truth: Array(total[2 + classes..<2 + 2 * classes]),
        probability: Array(total[2 + 2 * classes..<width]))
    }
  }

  private func addSums(of chunk: Int, to target: UnsafeMutablePointer<Double>) {
    var float = [SIMD16<Float>](repeating: .zero, count: 2 + 3 * classes)
    var probabilities = [SIMD16<Float>](repeating: .zero, count: classes)
    float.withUnsafeMutableBufferPointer { sums in
      probabilities.withUnsafeMutableBufferPointer { p in
        forEachVector(of: chunk) { sample, voxel, lanes in
          let base = logits + sample * classes * voxels + voxel
          let label = Self.labels(labels + sample * voxels + voxel, lanes: lanes)
          let valid = SIMD16<Float>(repeating: 1).replacing(with: 0, where: label .< 0)
          let (largest, total) = softmax(base, lanes: lanes, into: p)
          let inverse = valid / total
          var chosen = SIMD16<Float>.zero
          for k in 0..<classes {
            let truth = Self.indicator(of: k, label)
            let probability = p[k] * inverse
            chosen.addProduct(truth, Self.load(base + k * voxels, lanes: lanes))
            sums[2 + k].addProduct(truth, probability)
            sums[2 + classes + k] += truth
            sums[2 + 2 * classes + k] += probability
          }
          let entropy = naturalLogarithm(total) + (largest - chosen)
          sums[0] += entropy.replacing(with: 0, where: label .< 0)
          sums[1] += valid
        }
      }
      for index in 0..<sums.count {
        var total = 0.0
        for lane in 0..<16 { total += Double(sums[index][lane]) }
        target[index] = total
      }
    }
  }

  /// Per sample (or once for the batch) the value of Dice and the factors of its gradient.
  ///
  /// - Returns: minus the mean Dice, and for every sample and class the derivatives of that with
  ///   respect to a probability where the class is the truth and where it is not.
  static func dice(of sums: [Sums], batchDice: Bool) -> (
    value: Double, factors: [[(atTruth: Float, elsewhere: Float)]]
  ) {
    let classes = sums[0].truth.count
    func total(_ part: (Sums) -> [Double], _ k: Int) -> Double {
      sums.reduce(0) { $0 + part($1)[k] }
    }
    let groups = batchDice ? 1 : sums.count
    let terms = Double(max(1, groups * (classes - 1)))
    var value = 0.0
    var factors = [[(atTruth: Float, elsewhere: Float)]](
      repeating: Array(repeating: (0, 0), count: classes), count: sums.count)
    for group in 0..<groups {
      for k in 1..<max(1, classes) {
        let i = batchDice ? total(\.intersection, k) : sums[group].intersection[k]
        let g = batchDice ? total(\.truth, k) : sums[group].truth[k]
        let p = batchDice ? total(\.probability, k) : sums[group].probability[k]
        let numerator = 2 * i + smooth
        let denominator = max(g + p + smooth, 1e-8)
        value -= numerator / denominator / terms
        let elsewhere = numerator / (denominator * denominator) / terms
        let atTruth = elsewhere - 2 / denominator / terms
        for sample in batchDice ? 0..<sums.count : group..<group + 1 {
          factors[sample][k] = (Float(atTruth), Float(elsewhere))
        }
      }
    }
    return (value, factors)
  }

  /// Writes the gradient of cross-entropy and Dice.
  ///
  /// - Parameters:
  ///   - result: N x K x V numbers, written.
  ///   - factors: As from ``dice(of:batchDice:)``.
  ///   - counted: Number of voxels that are not ignored.
  ///   - scale: The weight of the level.
  func writeGradient(
    _ result: UnsafeMutablePointer<Float>, factors: [[(atTruth: Float, elsewhere: Float)]],
    counted: Double,
    scale: Float
  ) {
    let entropyScale = counted > 0 ? scale / Float(counted) : 0
    parallelFor(batch * chunks) { chunk in
      var probabilities = [SIMD16<Float>](repeating: .zero, count: classes)
      let factor = factors[chunk / chunks]
      probabilities.withUnsafeMutableBufferPointer { p in
        forEachVector(of: chunk) { sample, voxel, lanes in
          let offset = sample * classes * voxels + voxel
          let label = Self.labels(labels + sample * voxels + voxel, lanes: lanes)
          let inverse = 1 / softmax(logits + offset, lanes: lanes, into: p).total
          // d/dz_k = p_k (a_k - sum_j a_j p_j) for derivatives a of the probabilities.
          var mean = SIMD16<Float>.zero
          for k in 0..<classes {
            p[k] *= inverse
            mean.addProduct(p[k], derivative(factor[k], Self.indicator(of: k, label)))
          }
          for k in 0..<classes {
            let truth = Self.indicator(of: k, label)
            let dice = p[k] * (derivative(factor[k], truth) - mean) * scale
            let gradient = dice.addingProduct(entropyScale, p[k] - truth)
            Self.store(
              gradient.replacing(with: 0, where: label .< 0), to: result + offset + k * voxels,
              lanes: lanes)
          }
        }
      }
    }
  }

  @inline(__always)
  private func derivative(_ factor: (atTruth: Float, elsewhere: Float), _ truth: SIMD16<Float>)
    -> SIMD16<Float>
  {
    SIMD16(repeating: factor.elsewhere).addingProduct(factor.atTruth - factor.elsewhere, truth)
  }

  /// Exponentials of the logits minus their largest, and that largest and their sum.
  @inline(__always)
  private func softmax(
    _ base: UnsafePointer<Float>, lanes: Int, into p: UnsafeMutableBufferPointer<SIMD16<Float>>
  ) -> (largest: SIMD16<Float>, total: SIMD16<Float>) {
    var largest = SIMD16<Float>(repeating: -.infinity)
    for k in 0..<classes {
      p[k] = Self.load(base + k * voxels, lanes: lanes)
      largest = largest.replacing(with: p[k], where: p[k] .> largest)
    }
    var total = SIMD16<Float>.zero
    for k in 0..<classes {
      p[k] = exponential(p[k] - largest)
      total += p[k]
    }
    return (largest, total)
  }

  /// Calls `body` for every sixteen voxels of a chunk; the last may have fewer.
  @inline(__always)
  private func forEachVector(
    of chunk: Int, _ body: (_ sample: Int, _ voxel: Int, _ lanes: Int) -> Void
  ) {
    let (sample, part) = chunk.quotientAndRemainder(dividingBy: chunks)
    let end = min(voxels, (part + 1) * Self.grain)
    var voxel = part * Self.grain
    while voxel < end {
      body(sample, voxel, min(16, end - voxel))
      voxel += 16
    }
  }

  @inline(__always)
  private static func load(_ pointer: UnsafePointer<Float>, lanes: Int) -> SIMD16<Float> {
    if lanes == 16 { return Float.load16(pointer) }
    var result = SIMD16<Float>.zero
    for lane in 0..<lanes { result[lane] = pointer[lane] }
    return result
  }

  @inline(__always)
  private static func store(
    _ values: SIMD16<Float>, to pointer: UnsafeMutablePointer<Float>, lanes: Int
  ) {
    if lanes == 16 {
      Float.store16(values, to: pointer)
    } else {
      for lane in 0..<lanes { pointer[lane] = values[lane] }
    }
  }

  /// Labels of sixteen voxels; missing ones are ignored.
  @inline(__always)
  private static func labels(_ pointer: UnsafePointer<Int16>, lanes: Int) -> SIMD16<Float> {
    if lanes == 16 {
      return floats(UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<Int16>.self))
    }
    var result = SIMD16<Float>(repeating: -1)
    for lane in 0..<lanes { result[lane] = Float(pointer[lane]) }
    return result
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
