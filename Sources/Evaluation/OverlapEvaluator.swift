public import Volumes

/// Counts agreement between references and predictions, structure by structure.
public struct OverlapEvaluator: Sendable {
  /// The structures to score; foreground only, in nnU-Net's files.
  public var structures: [Structure]
  /// Voxels with this label in the reference take no part.
  public var ignoreLabel: LabelMap.Label?
  /// How surfaces are scored; nil, not at all.
  public var surface: SurfaceSettings?
  /// How lesions are counted; nil, not at all.
  public var lesion: LesionSettings?
  /// Bytes that all threads together may hold while they measure surfaces and lesions; nil takes three quarters of
  /// what is free.
  package var shapeMemory: Int?

  /// An evaluator for the given structures.
  public init(structures: [Structure], ignoreLabel: LabelMap.Label? = nil) {
    self.structures = structures
    self.ignoreLabel = ignoreLabel
  }

  /// Counts of every structure in one case.
  ///
  /// - Parameters:
  ///   - reference: Labels taken as true.
  ///   - prediction: Labels to score, of the same extent; geometry is not compared here.
  /// - Returns: One entry per structure, in their order.
  /// - Complexity: One parallel pass over both maps, whatever the number of structures.
  public func counts(reference: LabelMap, prediction: LabelMap) -> [ConfusionCounts] {
    precondition(
      reference.extent == prediction.extent,
      "a reference of \(reference.extent) against a prediction of \(prediction.extent)")
    let told = Set(structures.flatMap(\.labels)).union(ignoreLabel.map { [$0] } ?? [])
    let histogram = JointHistogram(
      reference: reference.labels, prediction: prediction.labels, labels: told.sorted())
    return structures.map { histogram.counts(of: $0, ignoring: ignoreLabel) }
  }
}
