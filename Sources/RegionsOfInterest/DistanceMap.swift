public import Volumes

extension Volume<Bool> {
  /// Distance from the centre of every voxel to the centre of the nearest voxel of the mask.
  ///
  /// Distances are exact on any spacing: 0 in the mask, infinite everywhere where the mask is empty.
  ///
  /// - Returns: Millimetres, on the mask's grid.
  /// - Complexity: O(voxels) time on all threads, 4 bytes a voxel beside the result; the result does
  ///   not depend on the number of threads.
  /// - Source: Felzenszwalb, Huttenlocher, "Distance transforms of sampled functions", Theory of
  ///   Computing 8, 2012, doi:10.4086/toc.2012.v008a019.
  public var distancesToMask: Volume<Double> {
    Volume<Double>(voxels: measured { DistanceRootSink(target: $0) }, geometry: geometry)
  }

  /// Square of the distance from the centre of every voxel to the centre of the nearest voxel of
  /// the mask.
  ///
  /// - Returns: Square millimetres, on the mask's grid; infinite where the mask is empty.
  /// - Complexity: As ``distancesToMask``.
  public var squaredDistancesToMask: Volume<Double> {
    Volume<Double>(voxels: measured { SquareSink(target: $0) }, geometry: geometry)
  }

  /// Distance to the border of the mask, between centres of voxels: outside of the mask that to the
  /// nearest voxel of the mask, inside minus that to the nearest voxel outside.
  ///
  /// No voxel has distance 0. An empty mask is infinitely far from everywhere; of a mask that fills
  /// the grid all voxels are infinitely deep inside.
  ///
  /// - Returns: Millimetres, on the mask's grid.
  /// - Complexity: As twice ``distancesToMask``.
  public var signedDistances: Volume<Double> {
    var result = distancesToMask
    let inside = Mask(voxels: voxels.map { !$0 }, geometry: geometry).distancesToMask
    for index in result.voxels.indices where voxels[index] {
      result.voxels[index] = -inside.voxels[index]
    }
    return result
  }

  private func measured<Sink: DistanceSink>(
    _ sink: (UnsafeMutablePointer<Double>) -> Sink
  ) -> [Double] {
    let spacing = geometry.spacing
    let transform = DistanceTransform(
      extent: extent, steps: (x: spacing.x, y: spacing.y, z: spacing.z))
    return [Double](unsafeUninitializedCapacity: voxels.count) { result, count in
      count = voxels.count
      guard let target = result.baseAddress else { return }
      preferLargePages(target, byteCount: voxels.count * MemoryLayout<Double>.stride)
      voxels.withUnsafeBufferPointer { mask in
        if let mask = mask.baseAddress { transform.run(mask, into: sink(target)) }
      }
    }
  }
}
