public import Volumes

extension Volume<Float> {
  /// The image blurred by a Gaussian up to four standard deviations; beyond the grid the outermost
  /// voxels go on.
  ///
  /// - Parameter width: How wide.
  /// - Returns: An image on the same grid.
  /// - Complexity: O(voxels times the width) on all threads, 8 bytes a voxel.
  public func smoothed(by width: SmoothingWidth) -> Volume<Float> {
    Volume(voxels: blur(voxels, extent, width.kernels(on: geometry)), geometry: geometry)
  }
}
