public import Volumes

extension CaseImages {
  /// The channels of a case that are already in memory.
  ///
  /// - Parameter volumes: At least one; all of the first one's extent.
  public init(_ volumes: Volume<Float>...) { self.init(channels: volumes) }

  /// The channels of a case that are already in memory, as a list.
  ///
  /// - Parameter volumes: At least one; all of the first one's extent.
  public init(channels volumes: [Volume<Float>]) {
    guard let first = volumes.first else { preconditionFailure("a case has at least one channel") }
    precondition(
      volumes.allSatisfy { $0.extent == first.extent },
      "channels of \(volumes.map(\.extent)) voxels in one case")
    channels = volumes.map { VoxelArray(shape: $0.extent.shape, elements: $0.voxels) }
    let spacing = first.geometry.spacing
    self.spacing = [spacing.z, spacing.y, spacing.x]
    geometry = first.geometry
  }
}
