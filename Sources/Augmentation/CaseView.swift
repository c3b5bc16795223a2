public import Volumes

/// Borrowed memory of one preprocessed case: an image of one or more channels and its labels.
///
/// Nothing is copied: the pointers usually lead into a memory-mapped file and must stay valid, and the memory unchanged, for as long as
/// the view is in use. Labels are -1 where the case holds no data (outside the non-zero region).
public struct CaseView: @unchecked Sendable {
  /// Shape (z, y, x) of each channel and of the labels.
  public let shape: Shape3
  /// Number of image channels.
  public let channelCount: Int
  /// The image, (channel, z, y, x), x fastest.
  public let image: UnsafePointer<Float>
  /// The labels, (z, y, x), x fastest.
  public let labels: UnsafePointer<Int16>
  /// The mask of the previous stage of a cascade, (z, y, x), or nil.
  public let previousMask: UnsafePointer<Int16>?

  /// A view of `channelCount * shape.count` intensities and `shape.count` labels.
  public init(
    shape: Shape3, channelCount: Int, image: UnsafePointer<Float>, labels: UnsafePointer<Int16>,
    previousMask: UnsafePointer<Int16>? = nil
  ) {
    precondition(shape.lengths.allSatisfy { $0 >= 1 }, "a case of shape \(shape) has no voxels")
    precondition(channelCount >= 1, "a case of \(channelCount) channels has no image")
    self.shape = shape
    self.channelCount = channelCount
    self.image = image
    self.labels = labels
    self.previousMask = previousMask
  }

  /// The case with the previous stage's mask in place of its labels.
  var ofPreviousStage: CaseView {
    guard let previousMask else {
      preconditionFailure("a case without the mask of the previous stage")
    }
    return CaseView(shape: shape, channelCount: channelCount, image: image, labels: previousMask)
  }
}
