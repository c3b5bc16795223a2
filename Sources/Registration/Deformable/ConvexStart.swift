import Volumes

/// The first, exhaustive search: a smooth field of displacements of small cost, there and back.
struct ConvexStart {
  /// Voxels of the working grid between the points of the control grid.
  let spacing: Int
  /// Points of the control grid that a displacement spans along each axis at most.
  let reach: Int

  /// - Parameters:
  ///   - grid: The working grid.
  ///   - range: Displacements in millimetres along each axis to search.
  init(_ grid: WorkingGrid, range: Double) {
    let longest = max(grid.extent.x, grid.extent.y, grid.extent.z)
    spacing = longest > 180 ? 6 : longest < 48 ? 3 : 4
    reach = max(1, Int((range / (Double(spacing) * grid.spacing)).rounded(.up)))
  }

  /// Bytes that the search holds at most.
  func bytes(_ extent: Extent) -> Double {
    CostVolume.bytes(extent.pooled(by: spacing), reach: reach)
      + Double(2 * 4 * StructureFeatures.count * extent.count)
  }

  /// The field on a grid with half the working grid's voxels, in voxels of that grid.
  func field(fixed: StructureFeatures, moving: StructureFeatures) -> VoxelField {
    let (coarseFixed, coarseMoving) = (fixed.pooled(by: spacing), moving.pooled(by: spacing))
    let there = CostVolume(fixed: coarseFixed, moving: coarseMoving, reach: reach)
      .smoothMinimiser()
    let back = CostVolume(fixed: coarseMoving, moving: coarseFixed, reach: reach)
      .smoothMinimiser()
    return symmetrised(there, back)
      .resampled(to: fixed.extent.halved, factor: Float(spacing) / 2)
  }
}
