import Parallelism
public import Volumes

extension Volume<Bool> {
  /// The mask with its holes filled: background that is not connected to the border of the grid.
  ///
  /// Background is connected over faces, as befits a foreground connected over corners; within
  /// slices, over edges of pixels.
  ///
  /// - Parameters:
  ///   - sliceAxis: If not nil, every slice perpendicular to this axis is filled by itself.
  ///   - largest: Larger holes, in ml, stay; nil fills all. Holes of slices are as thick as a slice.
  /// - Returns: A mask on the same grid, inside this one's box.
  /// - Complexity: O(voxels of the mask's box).
  public func holesFilled(sliceAxis: GridAxis? = nil, upTo largest: Double? = nil) -> Mask {
    guard let box = box else { return self }
    let most = largest.map { $0 * 1000 / geometry.voxelVolume * (1 + 1e-9) } ?? .infinity
    let slabs = box.slices(perpendicularTo: sliceAxis)
    let filled = parallelMap(slabs.count) { index in
      // With a margin all around that belongs to the outside.
      let region = slabs[index].expanded(by: Self.margin(sliceAxis))
      var part = cropped(to: region)
      part.fillHoles(upTo: most)
      return (part, slabs[index].moved(by: region))
    }
    var result = self
    for (index, (part, place)) in filled.enumerated() {
      result.replace(slabs[index], by: part, at: place)
    }
    return result
  }

  /// Fills what is not connected to the first voxel, which lies outside.
  private mutating func fillHoles(upTo largest: Double) {
    var background = self
    background.invert()
    let parts = ConnectedComponents(of: background, connectivity: .faces)
    for run in parts.runs
    where run.component > 1 && Double(parts.sizes[run.component - 1]) <= largest {
      for voxel in run.voxels { voxels[voxel] = true }
    }
  }

  private static func margin(_ sliceAxis: GridAxis?) -> Extent {
    Extent(x: sliceAxis == .x ? 0 : 1, y: sliceAxis == .y ? 0 : 1, z: sliceAxis == .z ? 0 : 1)
  }
}

extension LabelMap {
  /// The label map with the holes of every region filled; only background is filled.
  ///
  /// A hole of one region may hold another region, which stays. Of regions around the same hole the
  /// smallest label takes it.
  ///
  /// - Parameters:
  ///   - labels: The labels to fill; nil, all but background.
  ///   - sliceAxis: If not nil, every slice perpendicular to this axis is filled by itself.
  ///   - largest: Larger holes, in ml, stay; nil fills all.
  /// - Returns: A label map on the same grid.
  /// - Throws: ``RegionError/absentLabels(_:)``.
  public func holesFilled(
    labels: [Label]? = nil, sliceAxis: GridAxis? = nil, upTo largest: Double? = nil
  ) throws(RegionError) -> LabelMap {
    var result = self
    for (label, box) in try boxes(of: labels) {
      let filled = mask(of: label, in: box).holesFilled(sliceAxis: sliceAxis, upTo: largest)
      result.forEach(in: box, where: filled) { voxel, _, _ in
        if voxel == 0 { voxel = label }
      }
    }
    return result
  }
}

extension VoxelBox {
  /// The box in slices of one voxel, or whole without an axis.
  fileprivate func slices(perpendicularTo axis: GridAxis?) -> [VoxelBox] {
    switch axis {
    case nil: [self]
    case .x: x.map { VoxelBox(x: $0..<$0 + 1, y: y, z: z) }
    case .y: y.map { VoxelBox(x: x, y: $0..<$0 + 1, z: z) }
    case .z: z.map { VoxelBox(x: x, y: y, z: $0..<$0 + 1) }
    }
  }
}
