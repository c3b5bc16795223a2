import Datasets
import Evaluation
import Inference
import Preprocessing
import VolumeFiles
import Volumes

/// Segments the validation cases of a fold and writes what is made of each.
struct FoldValidation {
  let predictor: Predictor
  /// Where masks and probabilities go.
  let folder: String
  let cascade: CascadeMasks
  /// The path of the predictor's weights.
  let checkpoint: String
  let savesProbabilities: Bool
  /// nnU-Net's reader of such images, as plans name it.
  let reader: String

  /// Segments a case; its mask is written last, so that everything is there where it is.
  ///
  /// - Parameters:
  ///   - entry: The case.
  ///   - reference: The path of its labels.
  ///   - target: The mask to write.
  ///   - store: The preprocessed cases.
  /// - Returns: The labels taken as true, and the mask.
  /// - Throws: ``TrainingError``.
  func segment(
    _ entry: Case, reference: String, target: String, from store: CaseStore
  ) throws(TrainingError) -> (truth: LabelMap, mask: LabelMap) {
    let stored: StoredCase
    do throws(PreprocessingError) { stored = try store.open(entry.id) } catch {
      throw .preprocessing(error)
    }
    let (truth, geometry) = try read(entry, reference: reference, target: target)
    let previous = try cascade.previous.map { (store) throws(TrainingError) in
      try Trainer.openMask(of: stored, in: store)
    }
    let maps: ProbabilityMaps?
    let mask: LabelMap
    do throws(InferenceError) {
      maps =
        savesProbabilities
        ? try ProbabilityMaps(
          classes: predictor.classes, shape: geometry.extent.shape, in: folder) : nil
    } catch {
      throw .inference(error)
    }
    mask = try segment(
      stored,
      PreprocessedCase(
        channels: stored.channels, labels: previous?.array, properties: stored.properties),
      onto: geometry, adding: maps)
    let properties = PredictionProperties(
      geometry: geometry, properties: stored.properties, reader: reader)
    do throws(InferenceError) {
      try ProbabilityMaps.removeSaved(entry.id, in: folder)
      try maps?.write(to: folder, as: entry.id, with: properties)
    } catch {
      throw .inference(error)
    }
    do throws(VolumeFileError) { try mask.write(to: target) } catch {
      throw .unwritable(path: target, reason: error.description)
    }
    return (truth, mask)
  }

  /// Segments a case, and makes its masks for the next stages of a cascade.
  private func segment(
    _ stored: StoredCase, _ entry: PreprocessedCase, onto geometry: Geometry,
    adding maps: ProbabilityMaps?
  ) throws(TrainingError) -> LabelMap {
    if cascade.next.isEmpty {
      do throws(InferenceError) {
        return try predictor.segment(entry, adding: maps, onto: geometry, id: stored.id)
      } catch {
        throw .inference(error)
      }
    }
    let logits: [VoxelArray<Float>]
    do throws(InferenceError) { logits = try predictor.logits(of: entry, id: stored.id) } catch {
      throw .inference(error)
    }
    for next in cascade.next {
      try next.write(stored, logits: logits, export: predictor.export, checkpoint: checkpoint)
    }
    return predictor.labels(of: logits, of: stored.properties, adding: maps, onto: geometry)
  }

  /// The labels taken as true, and the grid of the case's image, which must be theirs.
  private func read(
    _ entry: Case, reference: String, target: String
  ) throws(TrainingError) -> (truth: LabelMap, geometry: Geometry) {
    let truth: LabelMap
    do throws(VolumeFileError) { truth = try LabelMap(contentsOf: reference) } catch {
      throw .evaluation(.unreadable(path: reference, reason: error.description))
    }
    let geometry: Geometry
    do throws(VolumeFileError) {
      geometry = try VolumeHeader(contentsOf: entry.images.first ?? reference).geometry
    } catch {
      throw .evaluation(
        .unreadable(path: entry.images.first ?? reference, reason: error.description))
    }
    guard truth.extent == geometry.extent else {
      throw .evaluation(
        .gridMismatch(
          reference: reference, prediction: target,
          difference: "\(truth.extent) against \(geometry.extent) voxels"))
    }
    return (truth, geometry)
  }
}
