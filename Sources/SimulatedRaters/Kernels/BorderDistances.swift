import RegionsOfInterest
internal import Volumes

/// Distances in mm to the border of a region, negative inside, to be looked up between voxels too.
///
/// The border is taken to lie half the smallest spacing from the centres of the voxels at it, so that
/// it is at 0 as seen from either side.
struct BorderDistances {
  /// The part of the grid that is known.
  let box: VoxelBox
  private let values: [Float]
  private let spacing: Vector3

  /// - Parameters:
  ///   - part: The region in a box of the grid; not empty.
  ///   - box: Where the box lies.
  init(of part: Mask, onGridAt box: VoxelBox) {
    self.box = box
    spacing = part.geometry.spacing
    let half = 0.5 * min(spacing.x, spacing.y, spacing.z)
    values = part.signedDistances.voxels.map { distance in
      // A region that fills the box is infinitely deep.
      let bounded = min(max(distance, -1e6), 1e6)
      return Float(bounded > 0 ? bounded - half : bounded + half)
    }
  }

  /// The distances at the voxels of a row of the box, counted from its first row.
  func copy(row: Int, to target: UnsafeMutableBufferPointer<Float>) {
    values.withUnsafeBufferPointer { values in
      for x in target.indices { target[x] = values[row * target.count + x] }
    }
  }

  /// The distances at points on a line, linear between voxels; beyond the box those of its faces go on.
  ///
  /// - Parameters:
  ///   - start: The first point, in mm from the grid's first voxel along its axes.
  ///   - step: From one point to the next.
  ///   - target: One element for every point.
  func sample(
    from start: Vector3, step: Vector3, to target: UnsafeMutableBufferPointer<Float>
  ) {
    let extent = box.extent
    values.withUnsafeBufferPointer { values in
      for index in target.indices {
        let point = start + step * Double(index)
        let (x0, x1, tx) = taps(point.x / spacing.x, box.x)
        let (y0, y1, ty) = taps(point.y / spacing.y, box.y)
        let (z0, z1, tz) = taps(point.z / spacing.z, box.z)
        func row(_ y: Int, _ z: Int) -> Float {
          let start = extent.index(0, y, z)
          return values[start + x0] + (values[start + x1] - values[start + x0]) * tx
        }
        let low = row(y0, z0) + (row(y1, z0) - row(y0, z0)) * ty
        let high = row(y0, z1) + (row(y1, z1) - row(y0, z1)) * ty
        target[index] = low + (high - low) * tz
      }
    }
  }
}

/// The voxels of a range on both sides of a place, counted from its first, and the weight of the
/// second.
private func taps(_ place: Double, _ range: Range<Int>) -> (Int, Int, Float) {
  let inside = min(
    max(place - Double(range.lowerBound), 0), Double(range.count - 1))
  let first = Int(inside)
  return (first, min(first + 1, range.count - 1), Float(inside - Double(first)))
}
