extension Geometry {
  /// Position in voxels, between voxels too, of a point in the world (mm, LPS), or nil if the grid
  /// is degenerate.
  public func voxel(ofWorldPoint point: Vector3) -> Vector3? {
    guard let inverse = axes.inverse else { return nil }
    return inverse * (point - origin)
  }

  /// The 3 x 3 part of the voxel-to-world map (mm, LPS): the columns of ``direction`` times the
  /// spacing.
  public var axes: Matrix3 {
    Matrix3(
      columns: direction.columns[0] * spacing.x, direction.columns[1] * spacing.y,
      direction.columns[2] * spacing.z)
  }

  /// The voxel-to-world map in RAS millimetres, as nibabel's `affine`: three rows of four numbers.
  ///
  /// The first two rows of the LPS map change their sign.
  public var affineRAS: [[Double]] {
    let axes = axes
    return (0..<3).map { row in
      let sign: Double = row < 2 ? -1 : 1
      return [
        sign * axes[row, 0], sign * axes[row, 1], sign * axes[row, 2], sign * origin[row],
      ]
    }
  }

  /// World positions (mm, LPS) of the centres of the eight corner voxels, x changing fastest.
  public var cornerPoints: [Vector3] {
    let last = [Double(extent.x - 1), Double(extent.y - 1), Double(extent.z - 1)]
    return (0..<8).map { corner in
      worldPoint(
        ofVoxel: Vector3(
          corner & 1 == 0 ? 0 : last[0], corner & 2 == 0 ? 0 : last[1],
          corner & 4 == 0 ? 0 : last[2]))
    }
  }

  /// Largest distance in mm between corresponding corners of two grids: how far a mask on one lies
  /// beside an image on the other.
  public func cornerDifference(from other: Geometry) -> Double {
    var worst = 0.0
    for (a, b) in zip(cornerPoints, other.cornerPoints) {
      let distance = (a - b).length
      if !(distance <= worst) { worst = distance }
    }
    return worst
  }

  /// Whether two grids occupy the same physical space, by ITK's rule.
  ///
  /// The extents are equal, origins and spacings differ by at most `tolerance` times this grid's
  /// spacing along x, and directions by at most `tolerance`. PyRadiomics and SimpleITK refuse an
  /// image and a mask that do not pass with the default.
  ///
  /// - Parameters:
  ///   - other: The grid to compare.
  ///   - tolerance: A fraction of the spacing; ITK's default is 1e-6.
  /// - Returns: False too if a number is not finite.
  /// - Source: ITK 5.4, `ImageBase::IsSameImageGeometryAs`.
  public func matches(_ other: Geometry, tolerance: Double = 1e-6) -> Bool {
    guard extent == other.extent else { return false }
    let distance = tolerance * abs(spacing.x)
    for axis in 0..<3 {
      guard abs(origin[axis] - other.origin[axis]) <= distance,
        abs(spacing[axis] - other.spacing[axis]) <= distance
      else { return false }
      for row in 0..<3 {
        guard abs(direction[row, axis] - other.direction[row, axis]) <= tolerance else {
          return false
        }
      }
    }
    return true
  }
}
