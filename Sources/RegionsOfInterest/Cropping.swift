public import Volumes

extension Volume<Float> {
  /// The part of the image in a box, in the same place of the world.
  ///
  /// - Parameters:
  ///   - box: A box, which may go beyond the grid.
  ///   - outside: The value of what lies beyond it.
  /// - Returns: The voxels in the box, on a grid of its extent.
  public func cropped(to box: VoxelBox, filling outside: Float) -> Volume<Float> {
    var result = Volume(repeating: outside, geometry: geometry.cropped(to: box))
    copyRows(extent, result.extent, box) { from, to, count in
      result.voxels.replaceSubrange(to..<to + count, with: voxels[from..<from + count])
    }
    return result
  }
}

extension LabelMap {
  /// The part of the label map in a box, which may go beyond the grid; there is background.
  public func croppedOrPadded(to box: VoxelBox) -> LabelMap {
    var result = LabelMap(
      labels: Array(repeating: 0, count: box.extent.count), geometry: geometry.cropped(to: box))
    copyRows(extent, result.extent, box) { from, to, count in
      result.labels.replaceSubrange(to..<to + count, with: labels[from..<from + count])
    }
    return result
  }
}

/// Calls `copy` with the position in the grid, that in the box, and the length of every row that both
/// have.
private func copyRows(
  _ grid: Extent, _ part: Extent, _ box: VoxelBox, _ copy: (Int, Int, Int) -> Void
) {
  let inner = box.intersection(with: VoxelBox(all: grid))
  guard inner.extent.count > 0 else { return }
  let place = inner.moved(by: box)
  for z in 0..<inner.z.count {
    for y in 0..<inner.y.count {
      copy(
        grid.index(inner.x.lowerBound, inner.y.lowerBound + y, inner.z.lowerBound + z),
        part.index(place.x.lowerBound, place.y.lowerBound + y, place.z.lowerBound + z),
        inner.x.count)
    }
  }
}

extension Geometry {
  /// A grid of other numbers of voxels over the same field of view: the outer faces stay in place.
  ///
  /// Resampling onto it maps pixel centres as deep-learning libraries do without aligned corners.
  public func resized(to extent: Extent) -> Geometry {
    var result = self
    result.extent = extent
    result.spacing = Vector3(
      spacing.x * Double(self.extent.x) / Double(extent.x),
      spacing.y * Double(self.extent.y) / Double(extent.y),
      spacing.z * Double(self.extent.z) / Double(extent.z))
    result.origin = worldPoint(
      ofVoxel: Vector3(
        0.5 * (result.spacing.x / spacing.x - 1), 0.5 * (result.spacing.y / spacing.y - 1),
        0.5 * (result.spacing.z / spacing.z - 1)))
    result.niftiOrientation = nil
    return result
  }
}

extension Geometry {
  /// A grid of another spacing whose first corner is this one's and whose last is not before it.
  ///
  /// - Parameter spacing: Millimetres, positive.
  /// - Returns: The grid, or nil where it would have more than 2^40 voxels.
  public func respaced(_ spacing: Vector3) -> Geometry? {
    func count(_ length: Int, _ old: Double, _ new: Double) -> Double {
      max((Double(length) * old / new - 1e-6).rounded(.up), 1)
    }
    let counts = [
      count(extent.x, self.spacing.x, spacing.x), count(extent.y, self.spacing.y, spacing.y),
      count(extent.z, self.spacing.z, spacing.z),
    ]
    guard counts.reduce(1, *) < 0x1p40 else { return nil }
    var result = self
    result.extent = Extent(x: Int(counts[0]), y: Int(counts[1]), z: Int(counts[2]))
    result.spacing = spacing
    result.origin = worldPoint(
      ofVoxel: Vector3(
        0.5 * (spacing.x / self.spacing.x - 1), 0.5 * (spacing.y / self.spacing.y - 1),
        0.5 * (spacing.z / self.spacing.z - 1)))
    result.niftiOrientation = nil
    return result
  }
}
