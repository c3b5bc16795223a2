import Parallelism
public import Volumes

/// A box of voxels, aligned with a grid's axes.
public struct VoxelBox: Hashable, Sendable {
  /// Voxels along x.
  public var x: Range<Int>
  /// Voxels along y.
  public var y: Range<Int>
  /// Voxels along z.
  public var z: Range<Int>

  /// The box of the given ranges.
  public init(x: Range<Int>, y: Range<Int>, z: Range<Int>) {
    self.x = x
    self.y = y
    self.z = z
  }

  /// Numbers of voxels along x, y, z.
  public var extent: Extent { Extent(x: x.count, y: y.count, z: z.count) }

  /// The smallest box that holds this one and another.
  public func union(_ other: VoxelBox) -> VoxelBox {
    VoxelBox(
      x: min(x.lowerBound, other.x.lowerBound)..<max(x.upperBound, other.x.upperBound),
      y: min(y.lowerBound, other.y.lowerBound)..<max(y.upperBound, other.y.upperBound),
      z: min(z.lowerBound, other.z.lowerBound)..<max(z.upperBound, other.z.upperBound))
  }
}

extension LabelMap {
  /// The smallest box around the voxels of every label that occurs, background included.
  ///
  /// - Complexity: One parallel pass over the voxels, whatever the number of labels.
  public var boxes: [Label: VoxelBox] {
    let extent = extent
    guard extent.count > 0 else { return [:] }
    let slices = labels.withUnsafeBufferPointer { labels in
      nonisolated(unsafe) let labels = labels
      return parallelMap(extent.z) { z in boxesOfSlice(labels, extent, z) }
    }
    return slices.reduce(into: [:]) { all, slice in
      all.merge(slice) { $0.union($1) }
    }
  }

  /// The part of the label map in a box, in the same place of the world.
  ///
  /// - Parameter box: A box inside the grid.
  /// - Returns: The labels in the box, on a grid of its extent.
  public func cropped(to box: VoxelBox) -> LabelMap {
    var voxels: [Label] = []
    voxels.reserveCapacity(box.extent.count)
    for z in box.z {
      for y in box.y {
        voxels += labels[extent.index(box.x.lowerBound, y, z)...].prefix(box.x.count)
      }
    }
    return LabelMap(labels: voxels, geometry: geometry.cropped(to: box))
  }
}

/// The boxes of the labels in one slice.
private func boxesOfSlice(
  _ labels: UnsafeBufferPointer<LabelMap.Label>, _ extent: Extent, _ z: Int
) -> [LabelMap.Label: VoxelBox] {
  var boxes: [LabelMap.Label: VoxelBox] = [:]
  for y in 0..<extent.y {
    let row = extent.index(0, y, z)
    var start = row
    while start < row + extent.x {
      let end = labels.endOfRun(from: start, to: row + extent.x)
      let run = VoxelBox(x: start - row..<end - row, y: y..<y + 1, z: z..<z + 1)
      boxes[labels[start]] = boxes[labels[start]]?.union(run) ?? run
      start = end
    }
  }
  return boxes
}
