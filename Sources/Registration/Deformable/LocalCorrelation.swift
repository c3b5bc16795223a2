import Parallelism
package import Volumes

/// How alike two images are near every voxel, and how that changes with one of them.
///
/// The cost is minus the mean over the voxels of the squared correlation in a cube around each. Voxels
/// count by their weights, in the cube and in the mean, and cubes are cut at the image's faces.
/// Intensities are from 0 to 1.
///
/// - Source: Avants, Epstein, Grossman, Gee, Medical Image Analysis 12(1), 2008,
///   doi:10.1016/j.media.2007.06.004. Each variance gets 1e-4 added, so that noise in flat regions
///   does not count.
package final class LocalCorrelation: ImageSimilarity {
  private let extent: Extent
  private let boxes: BoxSums
  private let totalWeight: Double
  /// Ten images, one after another; see the properties below.
  private let storage: UnsafeMutablePointer<Float>

  private static let leastVariance: Float = 1e-4

  private func image(_ index: Int) -> UnsafeMutablePointer<Float> {
    storage + index * extent.count
  }

  // What the fixed image alone decides: intensities, weights, one over the sums of the weights in the
  // cubes, means, and variances with their least.
  private var fixed: UnsafeMutablePointer<Float> { image(0) }
  private var weights: UnsafeMutablePointer<Float> { image(1) }
  private var inverseSums: UnsafeMutablePointer<Float> { image(2) }
  private var means: UnsafeMutablePointer<Float> { image(3) }
  private var variances: UnsafeMutablePointer<Float> { image(4) }
  // What is summed over cubes, and the sums.
  private func terms(_ index: Int) -> UnsafeMutablePointer<Float> { image(5 + index) }
  private func sums(_ index: Int) -> UnsafeMutablePointer<Float> { image(8 + index) }

  /// - Parameters:
  ///   - values: The image that does not change.
  ///   - weights: What its voxels count, at least 0.
  ///   - extent: Its grid.
  ///   - radius: Voxels from the middle of a cube to its face.
  package init(fixed values: [Float], weights: [Float], extent: Extent, radius: Int) {
    let count = extent.count
    precondition(values.count == count && weights.count == count, "images that fill no \(extent)")
    self.extent = extent
    boxes = BoxSums(extent: extent, radius: radius)
    totalWeight = max(weights.reduce(0.0) { $0 + Double($1) }, 1e-30)
    storage = .allocate(capacity: 11 * count)
    storage.initialize(repeating: 0, count: 11 * count)
    for voxel in 0..<count {
      fixed[voxel] = values[voxel]
      self.weights[voxel] = weights[voxel]
      terms(0)[voxel] = weights[voxel] * values[voxel]
      terms(1)[voxel] = terms(0)[voxel] * values[voxel]
    }
    boxes.add(UnsafePointer(self.weights), to: sums(2))
    for index in 0..<2 { boxes.add(UnsafePointer(terms(index)), to: sums(index)) }
    for voxel in 0..<count {
      let inverse = sums(2)[voxel] > 1e-6 ? 1 / sums(2)[voxel] : 0
      let mean = sums(0)[voxel] * inverse
      (inverseSums[voxel], means[voxel]) = (inverse, mean)
      variances[voxel] = max(0, sums(1)[voxel] * inverse - mean * mean) + Self.leastVariance
    }
  }

  deinit { storage.deallocate() }

  package func evaluate(
    _ image: UnsafePointer<Float>, derivatives: UnsafeMutablePointer<Float>
  ) -> Double {
    let plane = extent.x * extent.y
    parallelFor(extent.z) { z in multiply(image, z * plane..<(z + 1) * plane) }
    for index in 0..<3 { boxes.add(UnsafePointer(terms(index)), to: sums(index)) }
    let parts = parallelMap(extent.z) { z in correlate(z * plane..<(z + 1) * plane) }
    for index in 0..<3 { boxes.add(UnsafePointer(terms(index)), to: sums(index)) }
    let scale = Float(-2 / totalWeight)
    parallelFor(extent.z) { z in
      let (fixed, weights) = (fixed, weights)
      let (first, second, third) = (sums(0), sums(1), sums(2))
      for voxel in z * plane..<(z + 1) * plane {
        derivatives[voxel] =
          scale * weights[voxel]
          * (fixed[voxel] * first[voxel] - image[voxel] * second[voxel] - third[voxel])
      }
    }
    return -parts.reduce(0, +) / totalWeight
  }

  /// The image, its square and its product with the fixed image, weighted.
  private func multiply(_ image: UnsafePointer<Float>, _ voxels: Range<Int>) {
    let (fixed, weights) = (fixed, weights)
    let (first, second, third) = (terms(0), terms(1), terms(2))
    for voxel in voxels {
      let weighted = weights[voxel] * image[voxel]
      first[voxel] = weighted
      second[voxel] = weighted * image[voxel]
      third[voxel] = weighted * fixed[voxel]
    }
  }

  /// The sum of the squared correlations of a plane; leaves the terms whose sums the derivatives are
  /// made of.
  private func correlate(_ voxels: Range<Int>) -> Double {
    let (weights, inverseSums, means, variances) = (weights, inverseSums, means, variances)
    let (first, second, third) = (terms(0), terms(1), terms(2))
    let (sums, squares, products) = (sums(0), sums(1), sums(2))
    for voxel in voxels {
      let inverse = inverseSums[voxel]
      let mean = sums[voxel] * inverse
      let variance = max(0, squares[voxel] * inverse - mean * mean) + Self.leastVariance
      let covariance = products[voxel] * inverse - mean * means[voxel]
      let share = covariance / (variances[voxel] * variance)
      let correlation = share * covariance
      let perVariance = correlation / variance
      let scale = weights[voxel] * inverse
      first[voxel] = share * scale
      second[voxel] = perVariance * scale
      third[voxel] = (share * means[voxel] - perVariance * mean) * scale
      // Read again below; the sums are made anew.
      sums[voxel] = weights[voxel] * correlation
    }
    var total = 0.0
    for voxel in voxels { total += Double(sums[voxel]) }
    return total
  }
}
