import Parallelism
package import Volumes

/// The weighted mean squared difference of two images.
package struct SquaredDifference: ImageSimilarity {
  private let fixed: [Float]
  private let weights: [Float]
  private let extent: Extent

  /// - Parameters:
  ///   - fixed: The image that does not change.
  ///   - weights: What its voxels count.
  ///   - extent: Its grid.
  package init(fixed: [Float], weights: [Float], extent: Extent) {
    (self.fixed, self.weights, self.extent) = (fixed, weights, extent)
  }

  package func evaluate(
    _ image: UnsafePointer<Float>, derivatives: UnsafeMutablePointer<Float>
  ) -> Double {
    let total = max(weights.reduce(0.0) { $0 + Double($1) }, 1e-30)
    let plane = extent.x * extent.y
    let scale = Float(2 / total)
    let parts = fixed.withUnsafeBufferPointer { fixed in
      weights.withUnsafeBufferPointer { weights in
        parallelMap(extent.z) { z in
          var sum = 0.0
          for voxel in z * plane..<(z + 1) * plane {
            let difference = image[voxel] - fixed[voxel]
            derivatives[voxel] = scale * weights[voxel] * difference
            sum += Double(weights[voxel] * difference * difference)
          }
          return sum
        }
      }
    }
    return parts.reduce(0, +) / total
  }
}
