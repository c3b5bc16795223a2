import Volumes

/// The masks of the previous stage of a cascade as further channels of the image: for each structure 1 where the mask has its label,
/// else 0.
public struct PreviousStageInput: Hashable, Sendable {
  /// The label of each channel, in order.
  public let labels: [Int16]
  /// Errors that training adds.
  public var errors: RandomMaskErrors

  /// Channels for some labels.
  ///
  /// - Parameters:
  ///   - labels: Every foreground label of the dataset, ascending; at least one.
  ///   - errors: Errors that training adds.
  public init(labels: [Int16], errors: RandomMaskErrors = RandomMaskErrors()) {
    precondition(!labels.isEmpty, "a mask of no structures")
    self.labels = labels
    self.errors = errors
  }

  /// Writes a mask as channels.
  ///
  /// - Parameters:
  ///   - mask: The labels (z, y, x).
  ///   - count: Number of voxels.
  ///   - channels: Receives one channel of so many voxels per label.
  public func write(
    _ mask: UnsafePointer<Int16>, count: Int, into channels: UnsafeMutablePointer<Float>
  ) {
    for (index, label) in labels.enumerated() {
      let channel = channels + index * count
      for voxel in 0..<count { channel[voxel] = mask[voxel] == label ? 1 : 0 }
    }
  }
}
