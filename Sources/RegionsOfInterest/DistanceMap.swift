public import Volumes

extension Volume<Bool> {
  /// Distance from the centre of every voxel to the centre of the nearest voxel of the mask.
  ///
  /// Distances are exact on any spacing: 0 in the mask, infinite everywhere where the mask is empty.
  ///
  /// - Returns: Millimetres, on the mask's grid.
  /// - Complexity: O(voxels) time on all threads, 8 bytes a voxel beside the result; the result does
  ///   not depend on the number of threads.
  /// - Source: Felzenszwalb, Huttenlocher, "Distance transforms of sampled functions", Theory of
  ///   Computing 8, 2012, doi:10.4086/toc.2012.v008a019.
  public var distancesToMask: Volume<Double> {
    var distances = squaredDistancesToMask
    for index in distances.voxels.indices {
      distances.voxels[index] = distances.voxels[index].squareRoot()
    }
    return distances
  }

  /// Square of the distance from the centre of every voxel to the centre of the nearest voxel of
  /// the mask.
  ///
  /// - Returns: Square millimetres, on the mask's grid; infinite where the mask is empty.
  /// - Complexity: As ``distancesToMask``, without the roots.
  public var squaredDistancesToMask: Volume<Double> {
    let spacing = geometry.spacing
    let squares = [Double](unsafeUninitializedCapacity: voxels.count) { squares, count in
      count = voxels.count
      guard let target = squares.baseAddress else { return }
      voxels.withUnsafeBufferPointer { mask in
        guard let mask = mask.baseAddress else { return }
        measureRows(mask, extent, spacing.x, into: target)
      }
      let plane = extent.x * extent.y
      lowerEnvelopes(
        target, length: extent.y, stride: extent.x, spacing: spacing.y,
        groups: LineGroups(count: extent.z, stride: plane, lines: extent.x))
      lowerEnvelopes(
        target, length: extent.z, stride: plane, spacing: spacing.z,
        groups: LineGroups(count: extent.y, stride: extent.x, lines: extent.x))
    }
    return Volume<Double>(voxels: squares, geometry: geometry)
  }
}
