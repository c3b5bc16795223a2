public import Volumes

/// Regions that may overlap, each a set of labels: a network may predict them instead of exclusive labels.
public struct RegionTargets: Hashable, Sendable, Codable {
  /// The labels of each region, in the order of the network's outputs.
  public var regions: [[Int16]]
  /// The label of voxels that nobody annotated; nil if there is none.
  public var ignoredLabel: Int16?

  /// Targets for regions and, if there is an ignore label, one more channel that marks it.
  public init(regions: [[Int16]], ignoredLabel: Int16? = nil) {
    self.regions = regions
    self.ignoredLabel = ignoredLabel
  }

  /// Number of channels: one per region, and one for the ignore label if there is one.
  public var channelCount: Int { regions.count + (ignoredLabel == nil ? 0 : 1) }

  /// 1 where a voxel belongs to the region, else 0, for every channel in order.
  ///
  /// Nearest-neighbour reduction and this conversion may change places, so deep supervision converts reduced labels.
  ///
  /// - Complexity: O(voxels * channels).
  public func targets(for labels: VoxelArray<Int16>) -> [VoxelArray<UInt8>] {
    (regions + (ignoredLabel.map { [[$0]] } ?? [])).map { members in
      let members = Set(members)
      return VoxelArray(
        shape: labels.shape, elements: labels.elements.map { members.contains($0) ? 1 : 0 })
    }
  }
}
