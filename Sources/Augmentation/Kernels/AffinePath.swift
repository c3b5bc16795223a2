import Volumes

/// The straight path of every row of a patch through the region it is taken from.
///
/// Patch voxel p lies at A (p - centre of the patch) + centre of the region, in voxels from the region's first.
struct AffinePath {
  private let columns: (z: SIMD3<Double>, y: SIMD3<Double>, x: SIMD3<Double>)
  private let origin: SIMD3<Double>

  init(_ matrix: Matrix3, from patch: Shape3, into region: Shape3) {
    let column = { (index: Int) in
      SIMD3(matrix[0, index], matrix[1, index], matrix[2, index])
    }
    columns = (column(0), column(1), column(2))
    let half = { (length: Int) in Double(length - 1) / 2 }
    origin =
      SIMD3(half(region.depth), half(region.height), half(region.width))
      - columns.z * half(patch.depth) - columns.y * half(patch.height)
      - columns.x * half(patch.width)
  }

  /// Where along axis 0, 1 or 2 of the region the patch's row (z, y) runs.
  func axis(_ axis: Int, z: Int, y: Int, in region: CutRegion) -> RowAxis {
    RowAxis(
      first: origin[axis] + columns.z[axis] * Double(z) + columns.y[axis] * Double(y),
      step: columns.x[axis], data: region.lower[axis]..<region.upper[axis])
  }
}

/// One axis of the path along which a row of the patch is sampled.
struct RowAxis {
  /// Coordinate of the row's first voxel, counted from the region's first voxel.
  let first: Double
  /// Change of the coordinate from one voxel of the row to the next.
  let step: Double
  /// Voxels of the region along the axis that have data.
  let data: Range<Int>

  /// Voxels of a row all of whose neighbours along this axis have data.
  ///
  /// The margin, far above rounding errors, keeps the fast loops safe; what it leaves out is sampled with checks.
  func interior(_ count: Int) -> Range<Int> {
    steps(
      count, from: first, by: step,
      within: (Double(data.lowerBound) + 0.001, Double(data.upperBound) - 1.001))
  }

  /// Voxels of a row any of whose neighbours along this axis may have data.
  func touching(_ count: Int) -> Range<Int> {
    steps(
      count, from: first, by: step,
      within: (Double(data.lowerBound) - 1.001, Double(data.upperBound) + 0.001))
  }
}
