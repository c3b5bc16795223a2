import RandomNumbers
import Registration
import SpatialTransforms
import Volumes

/// A turn of up to 15 degrees and a shift of up to 20 mm, scaled by 0.9 to 1.1 and sheared by up to
/// 0.05 as the family allows.
func randomDisplacement(_ family: LinearFamily, seed: UInt64) -> AffineMap {
  var random = SplitMix64(seed: seed)
  func number(_ size: Double) -> Double { Double.random(in: -size...size, using: &random) }
  func direction() -> Vector3 {
    var vector = Vector3(0, 0, 0)
    while !(0.1...1 ~= vector.length) { vector = Vector3(number(1), number(1), number(1)) }
    return vector * (1 / vector.length)
  }
  let turn = direction() * number(15 * .pi / 180)
  var matrix = family == .translation ? .identity : Matrix3(rotationVector: turn)
  if family == .similarity {
    let scale = 1 + number(0.1)
    matrix.columns = matrix.columns.map { $0 * scale }
  } else if family == .affine {
    var stretch = Matrix3.identity
    for row in 0..<3 {
      stretch[row, row] += number(0.1)
      for column in 0..<row { stretch[row, column] += number(0.05) }
    }
    matrix = matrix * stretch
  }
  return AffineMap(matrix: matrix, offset: direction() * number(20))
}

/// Mean distance of a grid's corners from where they belong, in its smallest voxel sides.
func cornerError(_ found: AffineMap, _ expected: AffineMap, _ grid: Geometry) -> Double {
  let side = min(grid.spacing.x, grid.spacing.y, grid.spacing.z)
  return grid.cornerPoints.reduce(0) { $0 + (found($1) - expected($1)).length } / 8 / side
}
