import Parallelism
import Volumes

extension VoxelField {
  /// The field after means over 3 x 3 x 3 voxels, the outermost voxels repeated, so many times.
  ///
  /// The map is linear and equal to its own transpose, which takes derivatives back through it.
  func smoothed(times: Int = 1) -> VoxelField {
    var (current, other) = (self, self)
    for _ in 0..<times {
      for axis in 0..<3 {
        meanOfThree(current, into: &other, along: axis)
        swap(&current, &other)
      }
    }
    return current
  }
}

/// Means of every voxel and its neighbours along an axis.
private func meanOfThree(_ source: VoxelField, into target: inout VoxelField, along axis: Int) {
  let extent = source.extent
  let third: Float = 1 / 3
  source.vectors.withUnsafeBufferPointer { source in
    target.vectors.withUnsafeMutableBufferPointer { target in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      nonisolated(unsafe) let (from, to) = (source, target)  // rows are disjoint
      parallelForRanges(extent.y * extent.z, grain: rowGrain(extent)) { rows in
        for row in rows {
          let (y, z) = (row % extent.y, row / extent.y)
          let (middle, out) = (from + row * extent.x, to + row * extent.x)
          if axis == 0 {
            let last = extent.x - 1
            for x in 1..<max(1, last) {
              out[x] = (middle[x &- 1] + middle[x] + middle[x &+ 1]) * third
            }
            out[0] = (middle[0] + middle[0] + middle[min(1, last)]) * third
            out[last] = (middle[max(0, last - 1)] + middle[last] + middle[last]) * third
            continue
          }
          let (below, above) =
            axis == 1
            ? (extent.index(0, max(0, y - 1), z), extent.index(0, min(extent.y - 1, y + 1), z))
            : (extent.index(0, y, max(0, z - 1)), extent.index(0, y, min(extent.z - 1, z + 1)))
          for x in 0..<extent.x {
            out[x] = (from[below &+ x] + middle[x] + from[above &+ x]) * third
          }
        }
      }
    }
  }
}
