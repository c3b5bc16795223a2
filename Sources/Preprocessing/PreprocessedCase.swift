public import Planning
public import Volumes

/// How a case was cut out of its image and resampled, so that a prediction finds its way back.
///
/// Axes are those of the transposed arrays, but for ``spacing``, which is the file's.
public struct CaseProperties: Sendable, Equatable {
  /// Spacing of the image in mm along (z, y, x), not transposed.
  public var spacing: [Double]
  /// Extent of the image.
  public var shapeBeforeCropping: Shape3
  /// The part that was kept.
  public var box: ArrayBox

  /// The way back from its parts.
  public init(spacing: [Double], shapeBeforeCropping: Shape3, box: ArrayBox) {
    precondition(spacing.count == 3, "three spacings, not \(spacing)")
    self.spacing = spacing
    self.shapeBeforeCropping = shapeBeforeCropping
    self.box = box
  }

  /// Extent of the kept part before it was resampled.
  public var shapeAfterCropping: Shape3 { box.shape }
}

/// A case as the network reads it: cropped, normalised and resampled.
public struct PreprocessedCase: Sendable {
  /// The channels, all of one shape.
  public var channels: [VoxelArray<Float>]
  /// The labels, -1 outside the non-zero region; nil where the case has none.
  public var labels: VoxelArray<Int16>?
  /// The way back.
  public var properties: CaseProperties

  /// A case from its arrays.
  public init(
    channels: [VoxelArray<Float>], labels: VoxelArray<Int16>?, properties: CaseProperties
  ) {
    precondition(!channels.isEmpty, "a case has at least one channel")
    self.channels = channels
    self.labels = labels
    self.properties = properties
  }

  /// Extent of the arrays.
  public var shape: Shape3 { channels[0].shape }
}
