import Parallelism
public import Volumes

extension Volume<Bool> {
  /// The smallest box around the mask's voxels, or nil if it has none.
  ///
  /// - Complexity: One parallel pass over the voxels.
  public var box: VoxelBox? {
    let extent = extent
    guard extent.count > 0 else { return nil }
    let boxes: [VoxelBox?] = voxels.withUnsafeBufferPointer { voxels in
      nonisolated(unsafe) let start = voxels.baseAddress
      return parallelMap(extent.z) { z in
        guard let start else { return nil }
        return boxOfSlice(start + z * extent.x * extent.y, extent, z)
      }
    }
    return boxes.reduce(nil) { all, box in
      guard let all, let box else { return all ?? box }
      return all.union(box)
    }
  }

  /// The box around the mask's voxels with a margin, as far as the grid goes, or nil if it has none.
  public func box(expandedBy margin: Ball) -> VoxelBox? {
    box?.expanded(by: margin.reach(on: geometry, atMost: extent))
      .intersection(with: VoxelBox(all: extent))
  }

  /// The part of the mask in a box, in the same place of the world.
  ///
  /// - Parameters:
  ///   - box: A box, which may go beyond the grid.
  ///   - outside: What lies beyond it.
  /// - Returns: The voxels in the box, on a grid of its extent.
  public func cropped(to box: VoxelBox, filling outside: Bool = false) -> Mask {
    var result = Mask(repeating: outside, geometry: geometry.cropped(to: box))
    let inner = box.intersection(with: VoxelBox(all: extent))
    guard inner.extent.count > 0 else { return result }
    result.replace(inner.moved(by: box), by: self, at: inner)
    return result
  }

  /// Replaces the voxels of a box by those of a box of another mask, of the same extent.
  package mutating func replace(_ target: VoxelBox, by other: Mask, at source: VoxelBox) {
    let (extent, from) = (extent, other.extent)
    voxels.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let voxels = buffer
      other.voxels.withUnsafeBufferPointer { other in
        nonisolated(unsafe) let other = other
        guard let to = voxels.baseAddress, let start = other.baseAddress else { return }
        nonisolated(unsafe) let (destination, origin) = (to, start)
        parallelFor(target.z.count) { z in
          for y in 0..<target.y.count {
            let row = extent.index(
              target.x.lowerBound, target.y.lowerBound + y, target.z.lowerBound + z)
            let sourceRow = from.index(
              source.x.lowerBound, source.y.lowerBound + y, source.z.lowerBound + z)
            (destination + row).update(from: origin + sourceRow, count: target.x.count)
          }
        }
      }
    }
  }
}

private func boxOfSlice(_ slice: UnsafePointer<Bool>, _ extent: Extent, _ z: Int) -> VoxelBox? {
  var box: VoxelBox?
  for y in 0..<extent.y {
    let row = slice + y * extent.x
    let first = firstPosition(of: true, in: row, from: 0, to: extent.x)
    if first == extent.x { continue }
    var last = extent.x - 1
    while !row[last] { last -= 1 }
    let run = VoxelBox(x: first..<last + 1, y: y..<y + 1, z: z..<z + 1)
    box = box?.union(run) ?? run
  }
  return box
}

extension VoxelBox {
  /// All voxels of a grid.
  package init(all extent: Extent) { self.init(x: 0..<extent.x, y: 0..<extent.y, z: 0..<extent.z) }

  /// The voxels of both boxes.
  package func intersection(with other: VoxelBox) -> VoxelBox {
    VoxelBox(x: x.clamped(to: other.x), y: y.clamped(to: other.y), z: z.clamped(to: other.z))
  }

  /// The box with a margin on every side.
  package func expanded(by margin: Extent) -> VoxelBox {
    VoxelBox(
      x: x.lowerBound - margin.x..<x.upperBound + margin.x,
      y: y.lowerBound - margin.y..<y.upperBound + margin.y,
      z: z.lowerBound - margin.z..<z.upperBound + margin.z)
  }

  /// The box as seen from the first voxel of another.
  package func moved(by other: VoxelBox) -> VoxelBox {
    func moved(_ range: Range<Int>, _ other: Range<Int>) -> Range<Int> {
      range.lowerBound - other.lowerBound..<range.upperBound - other.lowerBound
    }
    return VoxelBox(x: moved(x, other.x), y: moved(y, other.y), z: moved(z, other.z))
  }
}

extension Geometry {
  /// The grid of a box, which may go beyond this one.
  package func cropped(to box: VoxelBox) -> Geometry {
    var geometry = self
    geometry.extent = box.extent
    geometry.origin = worldPoint(
      ofVoxel: Vector3(
        Double(box.x.lowerBound), Double(box.y.lowerBound), Double(box.z.lowerBound)))
    geometry.niftiOrientation = nil
    return geometry
  }
}
