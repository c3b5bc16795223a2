import Parallelism
import Volumes

/// How alike the structure of two images is, whatever their contrast, and how that changes with a
/// field on the features' grid.
///
/// The cost is the weighted mean over the voxels of the summed squared differences of their features.
package struct StructureSimilarity {
  private let extent: Extent
  private let fixed: [SIMD16<Float>]
  private let moving: [SIMD16<Float>]
  private let weights: [Float]
  private let totalWeight: Double

  /// - Parameters:
  ///   - fixed: Features of the fixed image, on the field's grid.
  ///   - moving: Those of the moving image on the same grid.
  ///   - weights: What the voxels count.
  package init(fixed: StructureFeatures, moving: StructureFeatures, weights: [Float]) {
    extent = fixed.extent
    (self.fixed, self.moving) = (fixed.interleaved, moving.interleaved)
    self.weights = weights
    totalWeight = max(weights.reduce(0.0) { $0 + Double($1) }, 1e-30)
  }

  /// The cost of a field, in voxels, and its derivatives by the field.
  package func evaluate(_ field: VoxelField) -> (cost: Double, gradient: VoxelField) {
    var gradient = VoxelField(extent: extent)
    let extent = extent
    let plane = extent.x * extent.y
    let parts = gradient.vectors.withUnsafeMutableBufferPointer { target in
      nonisolated(unsafe) let target = target  // planes are disjoint
      return moving.withUnsafeBufferPointer { moving in
        fixed.withUnsafeBufferPointer { fixed in
          field.withView { field in
            parallelMap(extent.z) { z in
              var sum = 0.0
              for voxel in z * plane..<(z + 1) * plane {
                let (x, row) = (voxel % extent.x, voxel / extent.x)
                let cell = VoxelCell(extent.place(x, row) + field.vectors[voxel], extent)
                let found = sample(moving, cell)
                let difference = found.value - fixed[voxel]
                sum += Double(weights[voxel] * (difference * difference).sum())
                let scaled = difference * (2 * weights[voxel])
                target[voxel] =
                  SIMD4(
                    (scaled * found.x).sum(), (scaled * found.y).sum(), (scaled * found.z).sum(),
                    0) * cell.isFree / Float(totalWeight)
              }
              return sum
            }
          }
        }
      }
    }
    return (parts.reduce(0, +) / totalWeight, gradient)
  }

  /// The features at a place, and their derivatives.
  @inline(__always)
  private func sample(
    _ values: UnsafeBufferPointer<SIMD16<Float>>, _ cell: VoxelCell
  ) -> (
    value: SIMD16<Float>, x: SIMD16<Float>, y: SIMD16<Float>, z: SIMD16<Float>
  ) {
    let (nx, plane) = (extent.x, extent.x &* extent.y)
    let (tx, ty, tz) = (cell.fraction.x, cell.fraction.y, cell.fraction.z)
    func pair(_ shift: Int) -> (value: SIMD16<Float>, slope: SIMD16<Float>) {
      let left = values[cell.base &+ shift]
      let slope = values[cell.base &+ shift &+ 1] - left
      return (left + slope * tx, slope)
    }
    let (a, b, c, d) = (pair(0), pair(nx), pair(plane), pair(plane &+ nx))
    let (riseLow, riseHigh) = (b.value - a.value, d.value - c.value)
    let (low, high) = (a.value + riseLow * ty, c.value + riseHigh * ty)
    let (slopeLow, slopeHigh) = (
      a.slope + (b.slope - a.slope) * ty, c.slope + (d.slope - c.slope) * ty
    )
    return (
      low + (high - low) * tz, slopeLow + (slopeHigh - slopeLow) * tz,
      riseLow + (riseHigh - riseLow) * tz, high - low
    )
  }
}

extension StructureFeatures {
  /// All features of a voxel together, filled up with zeros.
  var interleaved: [SIMD16<Float>] {
    let count = extent.count
    return channels.withUnsafeBufferPointer { channels in
      (0..<count).map { voxel in
        var vector = SIMD16<Float>(repeating: 0)
        for channel in 0..<Self.count { vector[channel] = channels[channel * count + voxel] }
        return vector
      }
    }
  }
}
