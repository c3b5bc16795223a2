public import Volumes

extension LabelMap {
  /// The label map with every region eroded by a radius; what is taken from it becomes background.
  ///
  /// Every label is eroded by itself, from its neighbours too.
  ///
  /// - Parameters:
  ///   - ball: The radius.
  ///   - labels: The labels to erode; nil, all but background.
  ///   - outside: What lies beyond the grid.
  /// - Returns: A label map on the same grid.
  /// - Throws: ``RegionError/absentLabels(_:)``.
  /// - Complexity: O(voxels) and the distance transform of every label's box.
  public func eroded(
    by ball: Ball, labels: [Label]? = nil, outside: OutsideOfGrid = .unknown
  ) throws(RegionError) -> LabelMap {
    try shrunk(labels) { $0.eroded(by: ball, outside: outside) }
  }

  /// The label map with every region eroded and dilated again: what is too thin for the ball
  /// becomes background.
  ///
  /// - Parameters:
  ///   - ball: The radius.
  ///   - labels: The labels to open; nil, all but background.
  ///   - outside: What lies beyond the grid, for the erosion.
  /// - Returns: A label map on the same grid.
  /// - Throws: ``RegionError/absentLabels(_:)``.
  /// - Complexity: O(voxels) and two distance transforms of every label's box.
  public func opened(
    by ball: Ball, labels: [Label]? = nil, outside: OutsideOfGrid = .unknown
  ) throws(RegionError) -> LabelMap {
    try shrunk(labels) { $0.opened(by: ball, outside: outside) }
  }

  /// Keeps of every chosen region what `transform` keeps of its mask.
  func shrunk(
    _ chosen: [Label]?, _ transform: (Mask) -> Mask
  ) throws(RegionError) -> LabelMap {
    var result = self
    for (label, box) in try boxes(of: chosen) {
      // With its neighbours, from which it is told apart.
      let region = box.expanded(by: Extent(x: 1, y: 1, z: 1))
        .intersection(with: VoxelBox(all: extent))
      let before = mask(of: label, in: region)
      let after = transform(before)
      result.forEach(in: region, where: before) { label, _, position in
        if !after.voxels[position] { label = 0 }
      }
    }
    return result
  }
}
