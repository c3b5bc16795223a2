public import Datasets
import Planning
public import Preprocessing
public import Volumes

extension Predictor {
  /// Whether it is the second stage of a cascade, which refines the masks of the first.
  public var refinesMasks: Bool { preprocessor.configuration.previousStage != nil }

  /// A mask and the way it took.
  public struct SegmentedCase {
    /// The mask on the image's grid.
    public let mask: LabelMap
    /// How the image was cropped.
    public let properties: CaseProperties
  }

  /// Segments an image and adds the probabilities of its classes to maps on its grid.
  ///
  /// - Parameters:
  ///   - images: The channels as read.
  ///   - maps: Sums of probabilities, of the image's extent.
  ///   - previous: For the second stage of a cascade the first one's mask, on the image's grid.
  ///   - id: The name of the case, for errors.
  ///   - progress: Called now and then with the share of windows that are done.
  /// - Returns: The mask of this predictor alone, the same as ``segment(_:refining:id:progress:)`` gives.
  /// - Throws: ``InferenceError`` if the image does not fit the model or the network fails.
  public func segment(
    _ images: CaseImages, adding maps: ProbabilityMaps, refining previous: LabelMap? = nil,
    id: String = "image",
    progress: @escaping (Double) -> Void = { _ in }
  ) throws(InferenceError) -> SegmentedCase {
    let entry = try preprocess(images, refining: previous, id: id)
    return SegmentedCase(
      mask: try segment(
        entry, adding: maps, onto: images.geometry, id: id, progress: progress),
      properties: entry.properties)
  }
}
