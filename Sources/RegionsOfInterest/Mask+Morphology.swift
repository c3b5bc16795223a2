import Parallelism
public import Volumes

extension Volume<Bool> {
  /// The voxels up to a radius from the mask, and the mask.
  ///
  /// - Parameter ball: The radius.
  /// - Returns: A mask on the same grid.
  /// - Complexity: O(voxels of the mask's box with a margin of the radius) on all threads, 5 bytes for
  ///   each of them beside the result.
  public func dilated(by ball: Ball) -> Mask {
    guard let region = box(expandedBy: ball) else { return self }
    let near = cropped(to: region).near(ball)
    var result = Mask(repeating: false, geometry: geometry)
    result.replace(region, by: near, at: VoxelBox(all: near.extent))
    return result
  }

  /// The voxels of the mask that are farther than a radius from everything outside of it.
  ///
  /// - Parameters:
  ///   - ball: The radius.
  ///   - outside: What lies beyond the grid.
  /// - Returns: A mask on the same grid.
  /// - Complexity: O(voxels of the mask's box) on all threads, 6 bytes for each of them beside the
  ///   result.
  public func eroded(by ball: Ball, outside: OutsideOfGrid = .unknown) -> Mask {
    guard let box = box else { return self }
    // What is outside and nearest to a voxel of the mask has a neighbour in the box.
    var region = box.expanded(by: Extent(x: 1, y: 1, z: 1))
    if outside == .unknown { region = region.intersection(with: VoxelBox(all: extent)) }
    var background = cropped(to: region)
    background.invert()
    var kept = background.near(ball)
    kept.invert()
    var result = Mask(repeating: false, geometry: geometry)
    result.replace(box, by: kept, at: box.moved(by: region))
    return result
  }

  /// The mask eroded and dilated again: what is too thin for the ball vanishes.
  ///
  /// - Parameters:
  ///   - ball: The radius.
  ///   - outside: What lies beyond the grid, for the erosion.
  /// - Returns: A mask on the same grid, inside this one.
  public func opened(by ball: Ball, outside: OutsideOfGrid = .unknown) -> Mask {
    eroded(by: ball, outside: outside).dilated(by: ball)
  }

  /// The mask dilated and eroded again: holes and gaps too thin for the ball are filled.
  ///
  /// The dilation may go beyond the grid, so that the border makes no difference.
  ///
  /// - Parameter ball: The radius.
  /// - Returns: A mask on the same grid, which holds this one and lies in its box.
  /// - Throws: ``RegionError/tooLarge(neededBytes:availableBytes:)``.
  /// - Complexity: As ``dilated(by:)``, with the margin of the radius beyond the grid too.
  public func closed(by ball: Ball) throws(RegionError) -> Mask {
    guard let box = box else { return self }
    let most = Extent(x: Self.farthest, y: Self.farthest, z: Self.farthest)
    let reach = ball.reach(on: geometry, atMost: most)
    let region = box.expanded(by: Extent(x: reach.x + 1, y: reach.y + 1, z: reach.z + 1))
    try checkMemory(voxels: region.extent, bytesPerVoxel: 8)
    let closed = cropped(to: region).near(ball).eroded(by: ball, outside: .background)
    var result = Mask(repeating: false, geometry: geometry)
    result.replace(box, by: closed, at: box.moved(by: region))
    return result
  }

  /// A margin that no memory holds.
  private static var farthest: Int { 1 << 18 }

  /// The voxels of the grid up to a radius from the mask.
  func near(_ ball: Ball) -> Mask {
    let transform = ball.transform(on: geometry)
    let near = [Bool](unsafeUninitializedCapacity: voxels.count) { result, count in
      count = voxels.count
      guard let target = result.baseAddress else { return }
      preferLargePages(target, byteCount: voxels.count * MemoryLayout<Bool>.stride)
      voxels.withUnsafeBufferPointer { mask in
        guard let mask = mask.baseAddress else { return }
        transform.run(mask, into: BallSink(target: target, limit: ball.limit))
      }
    }
    return Mask(voxels: near, geometry: geometry)
  }

  /// Exchanges inside and outside.
  mutating func invert() {
    voxels.withUnsafeMutableBufferPointer { voxels in
      for index in voxels.indices { voxels[index].toggle() }
    }
  }
}

/// Refuses work on a grid that does not fit into free memory.
package func checkMemory(voxels extent: Extent, bytesPerVoxel: Int) throws(RegionError) {
  let needed =
    Double(extent.x) * Double(extent.y) * Double(extent.z) * Double(bytesPerVoxel)
  let available = SystemMemory.available ?? Int.max / 16
  guard needed <= Double(available) else {
    throw .tooLarge(
      neededBytes: Int(exactly: needed.rounded()) ?? .max, availableBytes: available)
  }
}
