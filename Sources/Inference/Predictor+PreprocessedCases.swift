import Parallelism
import Planning
public import Preprocessing
import Resampling
import Tensors
public import Volumes

extension Predictor {
  /// Segments a preprocessed case.
  ///
  /// - Parameters:
  ///   - entry: The case; in a cascade its labels are the previous stage's mask.
  ///   - maps: Where the probabilities of its classes are added, of the image's extent; nil for the mask alone.
  ///   - geometry: The grid of the image it was made from.
  ///   - id: The name of the case, for errors.
  ///   - progress: Called now and then with the share of windows that are done.
  /// - Returns: The mask on that grid.
  /// - Throws: ``InferenceError`` if the case does not fit the network or into memory, or the network fails.
  public func segment(
    _ entry: PreprocessedCase, adding maps: ProbabilityMaps? = nil, onto geometry: Geometry,
    id: String, progress: @escaping (Double) -> Void = { _ in }
  ) throws(InferenceError) -> LabelMap {
    guard export.scheme.readsPlanesOnce else {
      return labels(
        of: try logits(of: entry, id: id, progress: progress), of: entry.properties, adding: maps,
        onto: geometry)
    }
    var planes = slidingWindow.planes(
      try input(entry, keeping: .planes, id: id), progress: progress)
    let labels = export.labels(
      of: &planes, properties: entry.properties,
      spacing: preprocessor.spacingChange(from: entry.properties.spacing), adding: maps)
    try throwFailure()
    guard planes.isFinite else { throw .notFinite(id: id) }
    return LabelMap(labels: labels.elements, geometry: geometry)
  }

  /// The mask that logits of a case give on the grid of the image it was made from.
  package func labels(
    of logits: [VoxelArray<Float>], of properties: CaseProperties,
    adding maps: ProbabilityMaps? = nil, onto geometry: Geometry
  ) -> LabelMap {
    let labels = export.labels(
      of: logits, properties: properties,
      spacing: preprocessor.spacingChange(from: properties.spacing), adding: maps)
    return LabelMap(labels: labels.elements, geometry: geometry)
  }

  /// The logits of a preprocessed case, one array per class on its grid.
  package func logits(
    of entry: PreprocessedCase, id: String, progress: @escaping (Double) -> Void = { _ in }
  ) throws(InferenceError) -> [VoxelArray<Float>] {
    let logits = slidingWindow.logits(
      try input(entry, keeping: .whole, id: id), progress: progress)
    try throwFailure()
    guard let logits else { throw .notFinite(id: id) }
    return logits
  }

  private func throwFailure() throws(InferenceError) {
    do throws(TensorError) { try slidingWindow.device.throwFailure() } catch {
      throw .tensors(error)
    }
  }

  /// What windows are cut from, once it is known that the case fits the network and into memory.
  private func input(
    _ entry: PreprocessedCase, keeping logits: KeptLogits, id: String
  ) throws(InferenceError) -> WindowInput {
    let expected = preprocessor.configuration.normalizationSchemes.count
    guard entry.channels.count == expected else {
      throw .preprocessing(
        .channelCount(id: id, expected: expected, found: entry.channels.count))
    }
    if let available = SystemMemory.available {
      try checkMemory(
        for: entry.shape, of: entry.properties, keeping: logits, id: id, available: available)
    }
    guard let previous = preprocessor.configuration.previousStage else {
      return WindowInput(entry.channels)
    }
    guard let mask = entry.labels else { throw .noPreviousMask(id: id, stage: previous) }
    return WindowInput(entry.channels, mask: mask, labels: previousStageLabels)
  }
}
