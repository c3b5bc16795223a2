import Volumes

/// The enlarged region of a case that a patch is taken from, without a copy of it.
///
/// Everything outside the region counts as outside the case, so that a patch is what it would be had the region been cut out and padded
/// with 0 and label -1.
struct CutRegion {
  let view: CaseView
  /// The region's first voxel, in the case.
  let start: VoxelIndex
  /// The region's shape.
  let shape: Shape3
  /// First voxel along each axis, counted from `start`, that has data.
  let lower: VoxelIndex
  /// The voxel after the last along each axis, counted from `start`, that has data; at least `lower`.
  let upper: VoxelIndex

  init(view: CaseView, start: VoxelIndex, shape: Shape3) {
    self.view = view
    self.start = start
    self.shape = shape
    var (lower, upper) = (VoxelIndex(0, 0, 0), VoxelIndex(0, 0, 0))
    for axis in 0..<3 {
      lower[axis] = max(0, -start[axis])
      upper[axis] = max(lower[axis], min(shape[axis], view.shape[axis] - start[axis]))
    }
    self.lower = lower
    self.upper = upper
  }

  /// Distance in memory between neighbours along axis 0.
  var planeStride: Int { view.shape.height * view.shape.width }
  /// Distance in memory between neighbours along axis 1.
  var rowStride: Int { view.shape.width }

  /// Position in the case's memory, from its first voxel, of a voxel counted from `start`.
  func offset(_ z: Int, _ y: Int, _ x: Int) -> Int {
    ((start.z + z) * view.shape.height + start.y + y) * view.shape.width + start.x + x
  }
}
