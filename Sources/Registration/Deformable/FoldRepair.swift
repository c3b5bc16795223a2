import SpatialTransforms
import Volumes

/// Makes a velocity's flow free of folds on a grid.
///
/// Linear interpolation between the voxels can fold what the flow itself does not. First the flow is
/// taken in shorter steps; then, round by round, the velocity is smoothed around the folds, and where
/// that is not enough it is made smaller everywhere.
struct FoldRepair {
  let grid: WorkingGrid
  let linear: AffineMap
  /// The grid of the field.
  let fixed: Geometry

  /// The flow without folds, its field, and the rounds that were needed.
  func repaired(
    _ velocity: VoxelField
  ) -> (flow: FlowMap, field: DisplacementField, rounds: Int) {
    var velocity = velocity
    var round = 0
    while true {
      let squarings = Exponential.usualSquarings + (round > 0 ? 2 : 0)
      let flow = FlowMap(grid: grid, linear: linear, velocity: velocity, squarings: squarings)
      let field = flow.field(on: fixed)
      let folds = folds(of: field)
      if folds.isEmpty || round == 100 { return (flow, field, round) }
      if round > 0 {
        velocity = round <= 30 ? smoothed(velocity, around: folds) : velocity.scaled(by: 0.95)
      }
      round += 1
    }
  }

  /// The voxels where the volume's change has not the sign that the linear part gives it.
  private func folds(of field: DisplacementField) -> [Int] {
    let sign: Float = linear.matrix.determinant < 0 ? -1 : 1
    let determinants = field.jacobianDeterminants()
    return determinants.indices.filter { determinants[$0] * sign <= 0 }
  }

  private func smoothed(_ velocity: VoxelField, around folds: [Int]) -> VoxelField {
    let extent = velocity.extent
    let toHalf = grid.fromWorld
    // Marks in the first component, spread over some voxels.
    var marks = VoxelField(extent: extent)
    for voxel in folds {
      let size = fixed.extent
      let place = toHalf(
        fixed.worldPoint(
          ofVoxel: Vector3(
            Double(voxel % size.x), Double(voxel / size.x % size.y),
            Double(voxel / size.x / size.y))))
      marks.vectors[extent.nearest((place + Vector3(-0.5, -0.5, -0.5)) * 0.5)] = SIMD4(
        repeating: 1)
    }
    let spread = marks.smoothed(times: 3)
    let smooth = velocity.smoothed(times: 2)
    var result = velocity
    for voxel in result.vectors.indices {
      let share = min(1, spread.vectors[voxel].x * 27)
      result.vectors[voxel] += (smooth.vectors[voxel] - velocity.vectors[voxel]) * share
    }
    return result
  }
}
