import FileOutput
public import Inference
public import Planning
public import Preprocessing
import Resampling
package import Volumes

#if canImport(Glibc)
  import Glibc
#endif

/// The masks that one stage of a cascade makes of training cases for the next one.
///
/// A case's mask comes from a network that has not seen the case: that of the fold which holds it for validation. Its logits are resampled
/// to the next stage's grid and decided there.
///
/// - Source: nnU-Net 2.8.1's `perform_actual_validation` and `resample_and_save`.
public struct NextStageMasks: Sendable {
  /// Where the masks are.
  public let store: PreviousStageStore
  private let previous: Preprocessor
  private let next: Preprocessor

  /// The masks of a configuration's previous stage.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - name: A configuration with a previous stage.
  ///   - folder: Where the masks are; it need not exist.
  /// - Throws: ``TrainingError`` if the plan has no such stages.
  public init(
    _ plan: SegmentationPlan, for name: String, in folder: String
  ) throws(TrainingError) {
    store = PreviousStageStore(folder)
    do throws(PreprocessingError) {
      next = try Preprocessor(plan, configuration: name)
      previous = try Preprocessor(plan, configuration: next.configuration.previousStage ?? name)
    } catch {
      throw .preprocessing(error)
    }
  }

  /// The name of the stage that makes the masks.
  public var previousName: String { previous.configurationName }

  /// Whether a case's mask is there and was made by these weights of this preprocessed case.
  ///
  /// - Parameters:
  ///   - entry: The case, preprocessed for the previous stage.
  ///   - checkpoint: The path of the weights.
  /// - Returns: Whether nothing has to be done.
  public func isUpToDate(_ entry: StoredCase, checkpoint: String) -> Bool {
    store.stamp(of: entry.id) == stamp(of: entry, checkpoint: checkpoint)
  }

  /// Segments a case and writes its mask for the next stage.
  ///
  /// - Parameters:
  ///   - entry: The case, preprocessed for the previous stage.
  ///   - predictor: The previous stage's network.
  ///   - checkpoint: The path of its weights.
  /// - Throws: ``TrainingError``.
  public func make(
    _ entry: StoredCase, with predictor: Predictor, checkpoint: String
  ) throws(TrainingError) {
    let logits: [VoxelArray<Float>]
    do throws(InferenceError) {
      logits = try predictor.logits(
        of: PreprocessedCase(
          channels: entry.channels, labels: nil, properties: entry.properties), id: entry.id)
    } catch {
      throw .inference(error)
    }
    try write(entry, logits: logits, export: predictor.export, checkpoint: checkpoint)
  }

  /// Decides a case on the next stage's grid and writes its mask.
  ///
  /// - Parameters:
  ///   - entry: The case, preprocessed for the previous stage.
  ///   - logits: The previous stage's logits of it.
  ///   - export: What decides.
  ///   - checkpoint: The path of the weights.
  /// - Throws: ``TrainingError/preprocessing(_:)``.
  package func write(
    _ entry: StoredCase, logits: [VoxelArray<Float>], export: LabelExport, checkpoint: String
  ) throws(TrainingError) {
    do throws(PreprocessingError) {
      let shape = try next.resampledShape(of: entry.properties, id: entry.id)
      // The reference decides how to resample by the previous stage's spacing alone.
      let spacing = previous.spacingChange(from: entry.properties.spacing).new
      let mask = export.decided(
        logits, on: shape, spacing: SpacingChange(current: spacing, new: spacing))
      try store.write(
        VoxelArray(shape: mask.shape, elements: mask.elements.map { Int16($0) }), as: entry.id,
        stamp: stamp(of: entry, checkpoint: checkpoint))
    } catch {
      throw .preprocessing(error)
    }
  }

  private func stamp(of entry: StoredCase, checkpoint: String) -> String {
    var status = stat()
    let found = stat(checkpoint, &status) == 0
    return contentDigest(
      of:
        "1 \(entry.stamp) \(checkpoint.split(separator: "/").suffix(2)) \(found ? status.st_size : -1) "
        + "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(next.configuration.spacing)")
  }
}
