public import JSONDocuments
internal import Volumes

/// How close a model's image comes to the truth, beside interpolation, which needs no model.
public struct UpscalingEvaluation: Hashable, Sendable {
  /// Linear interpolation.
  public let linear: ImageQuality
  /// Cubic B-spline interpolation.
  public let cubic: ImageQuality
  /// The model.
  public let model: ImageQuality
  /// How well the model's image, degraded again, is the one it was made of; see
  /// ``UpscalingModel/Result/inconsistency``.
  public let inconsistency: Double

  /// The quality of the images of a comparison.
  public init(of images: UpscalingComparison) {
    func array(_ volume: Volume<Float>) -> VoxelArray<Float> {
      VoxelArray(shape: volume.extent.shape, elements: volume.voxels)
    }
    let truth = array(images.truth)
    linear = ImageQuality(of: array(images.linear), truth: truth)
    cubic = ImageQuality(of: array(images.cubic), truth: truth)
    model = ImageQuality(of: array(images.model), truth: truth)
    inconsistency = images.inconsistency
  }

  /// The fields of a report.
  public var document: JSONValue {
    [
      "linear": linear.document, "cubic": cubic.document, "model": model.document,
      "inconsistency": .number(inconsistency),
    ]
  }
}
