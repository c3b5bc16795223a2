internal import ElementaryFunctions
import Parallelism
import SpatialTransforms
import Volumes

/// A cost between the fixed image's samples and the moving image, for one map after another.
struct SimilarityEvaluator: Sendable {
  let samples: SampleSet
  let moving: PreparedImage
  let metric: SimilarityMetric
  private let toVoxels: Matrix3
  private let movingRange: ClosedRange<Float>
  /// The histogram's bins of the samples; all 0 for metrics without a histogram.
  private let bins: [UInt8]

  /// Samples of a chunk; chunks are combined in order, whatever the threads.
  private let grain: Int

  /// The cost of one map.
  struct Evaluation {
    var cost: Double
    /// Share of the samples that lie inside the moving image.
    var inside: Double
    /// How the cost changes with the map; nil unless it was asked for.
    var derivative: MapDerivative?
  }

  /// What an evaluation computes.
  enum Extent {
    case cost
    case costAndDerivative
  }

  init(samples: SampleSet, moving: PreparedImage, metric: SimilarityMetric) {
    self.samples = samples
    self.moving = moving
    self.metric = metric
    toVoxels = moving.image.geometry.axes.inverse ?? .identity
    var (low, high) = (Float.infinity, -Float.infinity)
    for index in moving.image.voxels.indices where moving.mask?[index] != 0 {
      low = min(low, moving.image.voxels[index])
      high = max(high, moving.image.voxels[index])
    }
    movingRange = low <= high ? low...high : 0...0
    // A chunk has a histogram of its own, which should cost less than its samples.
    grain = max(8192, 2 * (metric.bins ?? 0) * (metric.bins ?? 0))
    if let count = metric.bins {
      let binning = Binning(count: count, range: samples.range)
      bins = samples.values.map { binning.bin($0) }
    } else {
      bins = [UInt8](repeating: 0, count: samples.count)
    }
  }

  /// Evaluates a map given by its matrix and by where the samples' centre goes.
  ///
  /// - Complexity: O(samples) time on all threads; with the derivative 18 bytes a sample.
  func evaluate(matrix: Matrix3, image: Vector3, _ extent: Extent) -> Evaluation {
    let geometry = moving.image.geometry
    let map = SampleMap(matrix: toVoxels * matrix, image: toVoxels * (image - geometry.origin))
    let kept = extent == .cost ? nil : KeptSamples.allocate(samples.count)
    defer { kept?.deallocate() }
    return withViews { samples, view in
      switch metric {
      case .mutualInformation(let bins), .normalisedMutualInformation(let bins):
        information(bins, samples, view, map, kept)
      case .correlation, .meanSquares:
        fromMoments(samples, view, map, kept)
      }
    }
  }

  /// The same with those samples alone that some maps bring into the moving image.
  ///
  /// Maps near these are then compared on the same samples: the cost does not change by what leaves
  /// the image, such as background, of which mutual information rises.
  ///
  /// - Parameters:
  ///   - maps: The maps.
  ///   - margin: Millimetres by which samples have to lie within the moving image's box.
  /// - Returns: The evaluator of these samples, which may be none.
  func restricted(inside maps: [AffineMap], margin: Double) -> SimilarityEvaluator {
    let geometry = moving.image.geometry
    let spacing = geometry.spacing
    let reach = SIMD4(margin / spacing.x, margin / spacing.y, margin / spacing.z, 0)
    var kept: [Int] = []
    withViews { samples, view in
      let ways = maps.map {
        SampleMap(
          matrix: toVoxels * $0.matrix,
          image: toVoxels * ($0(self.samples.centre) - geometry.origin))
      }
      for index in 0..<self.samples.count {
        let isInside = ways.allSatisfy { way in
          let place = way(samples.x[index], samples.y[index], samples.z[index])
          return view.contains(place)
            && (margin == 0 || (view.contains(place - reach) && view.contains(place + reach)))
        }
        if isInside { kept.append(index) }
      }
    }
    return SimilarityEvaluator(samples: samples.subset(kept), of: self, bins: kept.map { bins[$0] })
  }

  private init(samples: SampleSet, of other: SimilarityEvaluator, bins: [UInt8]) {
    self.samples = samples
    moving = other.moving
    metric = other.metric
    toVoxels = other.toVoxels
    movingRange = other.movingRange
    grain = other.grain
    self.bins = bins
  }

  private var chunks: Int { (samples.count + grain - 1) / grain }

  private func chunk(_ index: Int) -> Range<Int> {
    index * grain..<min(samples.count, (index + 1) * grain)
  }

  private func fromMoments(
    _ view: SampleView, _ movingView: MovingView, _ map: SampleMap,
    _ kept: KeptSamples?
  ) -> Evaluation {
    let origins = (fixed: middle(samples.range), moving: middle(movingRange))
    nonisolated(unsafe) let kept = kept  // chunks are disjoint
    let parts = parallelMap(chunks) { index in
      moments(view, chunk(index), map, movingView, origins: origins, kept: kept)
    }
    var sums = Moments()
    for part in parts { sums += part }
    let count = max(1, sums.count)
    let inside = sums.count / Double(max(1, samples.count))
    if metric == .meanSquares {
      let slope = IntensitySlope.linear(
        fixed: Float(-2 / count), moving: Float(2 / count), constant: 0)
      return Evaluation(
        cost: sums.squaredDifferences / count, inside: inside,
        derivative: kept.map { derivative(view, $0, slope) })
    }
    let (f, m) = (sums.fixed / count, sums.moving / count)
    let ff = max(sums.fixedSquares - count * f * f, 1e-30)
    let mm = max(sums.movingSquares - count * m * m, 1e-30)
    let fm = sums.products - count * f * m
    // d(-fm^2 / (ff mm)) / dm_i with both intensities counted from their means.
    let a = -2 * fm / (ff * mm)
    let b = 2 * fm * fm / (ff * mm * mm)
    let slope = IntensitySlope.linear(
      fixed: Float(a), moving: Float(b),
      constant: Float(-a * (f + Double(origins.fixed)) - b * (m + Double(origins.moving))))
    return Evaluation(
      cost: -fm * fm / (ff * mm), inside: inside,
      derivative: kept.map { derivative(view, $0, slope) })
  }

  private func middle(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) / 2
  }

  private func information(
    _ bins: Int, _ view: SampleView, _ movingView: MovingView, _ map: SampleMap,
    _ kept: KeptSamples?
  ) -> Evaluation {
    let cells = bins * bins
    let movingBins = Binning(count: bins, range: movingRange)
    let powers = UnsafeMutablePointer<SIMD4<Float>>.allocate(capacity: cells * chunks)
    powers.initialize(repeating: .zero, count: cells * chunks)
    defer { powers.deallocate() }
    nonisolated(unsafe) let (parts, kept) = (powers, kept)  // chunks are disjoint
    let counts = parallelMap(chunks) { index in
      addToHistogram(
        view, chunk(index), map, movingView, moving: movingBins, kept: kept,
        powers: parts + index * cells)
    }
    let count = counts.reduce(0, +)
    var sums = [SIMD4<Double>](repeating: .zero, count: cells)
    for part in 0..<chunks {
      for cell in 0..<cells { sums[cell] += SIMD4<Double>(powers[part * cells + cell]) }
    }
    let histogram = JointHistogram(counts: BinPowers.counts(of: sums, bins: bins), bins: bins)
    let inside = Double(count) / Double(max(1, samples.count))
    let isNormalised = metric == .normalisedMutualInformation(bins: bins)
    let slopes = isNormalised ? histogram.normalisedSlopes : histogram.informationSlopes
    let cost =
      isNormalised ? -histogram.normalisedInformation : -histogram.information(from: slopes)
    guard let kept else { return Evaluation(cost: cost, inside: inside) }
    // d(-MI) / dI = -(1 / N) (bins per unit) sum_k w_k' table
    let table = BinPowers.slopes(
      of: slopes, bins: bins, scale: -Double(movingBins.perUnit) / Double(max(1, count)))
    let result = table.withUnsafeBufferPointer { buffer -> MapDerivative? in
      guard let start = buffer.baseAddress else { return nil }
      return derivative(view, kept, .table(start))
    }
    return Evaluation(cost: cost, inside: inside, derivative: result)
  }

  private func derivative(
    _ view: SampleView, _ kept: KeptSamples, _ slope: IntensitySlope
  ) -> MapDerivative {
    nonisolated(unsafe) let (slope, kept) = (slope, kept)  // only read
    let parts = parallelMap(chunks) { index in
      Registration.derivative(view, chunk(index), kept: kept, slope: slope)
    }
    // Rows along the voxel axes, then columns x, y, z and the constant.
    var rows = [[Double]](repeating: [0, 0, 0, 0], count: 3)
    for part in parts {
      for (row, numbers) in [part.x, part.y, part.z].enumerated() {
        for column in 0..<4 { rows[row][column] += Double(numbers[column]) }
      }
    }
    func column(_ index: Int) -> Vector3 {
      Vector3(rows[0][index], rows[1][index], rows[2][index])
    }
    let back = toVoxels.transposed
    return MapDerivative(
      matrix: back * Matrix3(columns: column(0), column(1), column(2)), image: back * column(3))
  }

  private func withViews<Result>(_ body: (SampleView, MovingView) -> Result) -> Result {
    samples.withPositions { x, y, z, values in
      bins.withUnsafeBufferPointer { bins in
        moving.withVoxels { voxels, mask in
          guard let bins = bins.baseAddress else { preconditionFailure("no samples") }
          return body(
            SampleView(x: x, y: y, z: z, values: values, bins: bins),
            MovingView(values: voxels, mask: mask, extent: moving.image.extent))
        }
      }
    }
  }
}

extension SampleSet {
  /// Lends positions and intensities.
  fileprivate func withPositions<Result>(
    _ body: (
      UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
    ) -> Result
  ) -> Result {
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        z.withUnsafeBufferPointer { z in
          values.withUnsafeBufferPointer { values in
            guard let x = x.baseAddress, let y = y.baseAddress, let z = z.baseAddress,
              let values = values.baseAddress
            else { preconditionFailure("no samples") }
            return body(x, y, z, values)
          }
        }
      }
    }
  }
}

extension PreparedImage {
  /// Lends voxels and mask.
  fileprivate func withVoxels<Result>(
    _ body: (UnsafePointer<Float>, UnsafePointer<UInt8>?) -> Result
  ) -> Result {
    image.voxels.withUnsafeBufferPointer { voxels in
      guard let voxels = voxels.baseAddress else { preconditionFailure("no voxels") }
      guard let mask else { return body(voxels, nil) }
      return mask.withUnsafeBufferPointer { body(voxels, $0.baseAddress) }
    }
  }
}
