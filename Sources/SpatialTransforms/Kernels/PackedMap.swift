internal import Volumes

/// An affine map in registers, for loops over points.
struct PackedMap {
  private let x: SIMD4<Double>
  private let y: SIMD4<Double>
  private let z: SIMD4<Double>
  private let offset: SIMD4<Double>

  init(_ map: AffineMap) {
    func packed(_ v: Vector3) -> SIMD4<Double> { SIMD4(v.x, v.y, v.z, 0) }
    (x, y, z) = (
      packed(map.matrix.columns[0]), packed(map.matrix.columns[1]), packed(map.matrix.columns[2])
    )
    offset = packed(map.offset)
  }

  /// The map from world points to the voxel coordinates of a grid; nil if the grid is degenerate.
  init?(toVoxelsOf grid: Geometry) {
    guard let inverse = grid.axes.inverse else { return nil }
    self.init(AffineMap(matrix: inverse, offset: inverse * (grid.origin * -1)))
  }

  @inline(__always)
  func callAsFunction(_ point: Vector3) -> Vector3 {
    let sum = offset + x * point.x + y * point.y + z * point.z
    return Vector3(sum.x, sum.y, sum.z)
  }
}
