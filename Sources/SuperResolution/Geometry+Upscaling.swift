public import Volumes

extension Geometry {
  /// The grid with more voxels that covers the same space.
  ///
  /// Each voxel is divided into f along an axis, so that the first centre moves by half the difference of the
  /// spacings: towards the corner by (1 - 1/f) / 2 old voxels.
  ///
  /// - Parameter factors: Times as many voxels along x, y and z.
  /// - Returns: The finer grid.
  public func upscaled(by factors: (x: Int, y: Int, z: Int)) -> Geometry {
    onGrid(
      Extent(x: extent.x * factors.x, y: extent.y * factors.y, z: extent.z * factors.z))
  }

  /// The grid of another number of voxels that covers the same space.
  public func onGrid(_ target: Extent) -> Geometry {
    let ratio = Vector3(
      Double(extent.x) / Double(target.x), Double(extent.y) / Double(target.y),
      Double(extent.z) / Double(target.z))
    let first = Vector3((ratio.x - 1) / 2, (ratio.y - 1) / 2, (ratio.z - 1) / 2)
    return Geometry(
      extent: target,
      spacing: Vector3(spacing.x * ratio.x, spacing.y * ratio.y, spacing.z * ratio.z),
      origin: worldPoint(ofVoxel: first), direction: direction)
  }
}
