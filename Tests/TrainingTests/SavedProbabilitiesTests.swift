import Datasets
import Foundation
import Inference
import Preprocessing
import TestSupport
import Testing
import Training
import VolumeFiles
import Volumes

/// What `train --probabilities` leaves beside the validation masks.
@Suite(.serialized, .oneThread)
struct SavedProbabilitiesTests {
  private func validate(_ cohort: Cohort, _ settings: TrainingSettings) throws {
    _ = try cohort.trainer(settings).validate(
      on: cohort.store, of: cohort.dataset, names: Cohort.split.validation,
      model: try ModelFolder(cohort.model), fold: .number(0))
  }

  private func names(_ cohort: Cohort) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(cohort.fold)/validation").sorted()
  }

  @Test func resumedRunsKeepTheOption() throws {
    let cohort = try Cohort()
    try makeFolder(cohort.fold)
    var settings = shortSettings()
    settings.savesProbabilities = true
    var asked = 0
    var observer = TrainingObserver()
    observer.shouldStop = {
      asked += 1
      return asked == 4
    }
    _ = try cohort.trainer(settings).train(
      on: cohort.store, split: Cohort.split, into: cohort.fold, observer: observer)
    // Gone on with and validated without saying it again.
    settings.savesProbabilities = false
    #expect(try cohort.trainer(settings).savesProbabilities(in: cohort.fold))
    _ = try cohort.trainer(settings).train(
      on: cohort.store, split: Cohort.split, into: cohort.fold, start: .resume)
    try validate(cohort, settings)
    #expect(
      try names(cohort) == ["case_4.nii", "case_4.npz", "case_4.pkl", "summary.json"])

    // They are those that prediction gives, and the mask is their largest.
    let mask = try LabelMap(contentsOf: "\(cohort.fold)/validation/case_4.nii")
    var predicting = Predictor.Settings()
    predicting.precision = settings.precision
    let predictor = try Predictor(
      try ModelFolder(cohort.model), folds: [.number(0)], settings: predicting)
    let stored = try cohort.store.open("case_4")
    let maps = try ProbabilityMaps(
      classes: 2, shape: mask.extent.shape, in: cohort.folder.path)
    let expected = try predictor.segment(
      PreprocessedCase(channels: stored.channels, labels: nil, properties: stored.properties),
      adding: maps, onto: mask.geometry, id: "case_4")
    #expect(expected.labels == mask.labels)
    let reader = try NumPyArrayReader(
      "\(cohort.fold)/validation/case_4.npz", array: ProbabilityMaps.arrayName)
    #expect(reader.shape == [2] + mask.extent.shape.lengths)
    var saved = [Float](repeating: .nan, count: 2 * mask.labels.count)
    try saved.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
    #expect(saved.elementsEqual(maps.values))
    let (count, half) = (mask.labels.count, Float(0.5))
    #expect(
      mask.labels.indices.allSatisfy {
        saved[$0] == half || (saved[count + $0] > half) == (mask.labels[$0] == 1)
      })
  }

  @Test func othersSaveMasksOnly() throws {
    let cohort = try Cohort()
    try makeFolder(cohort.fold)
    let settings = shortSettings(epochs: 1, iterations: 1)
    _ = try cohort.trainer(settings).train(
      on: cohort.store, split: Cohort.split, into: cohort.fold)
    #expect(try !cohort.trainer(settings).savesProbabilities(in: cohort.fold))
    // What an earlier training saved does not outlive its mask.
    let validation = "\(cohort.fold)/validation"
    try makeFolder(validation)
    for ending in ["npz", "pkl"] {
      try Data([0]).write(to: URL(fileURLWithPath: "\(validation)/case_4.\(ending)"))
    }
    try validate(cohort, settings)
    #expect(try names(cohort) == ["case_4.nii", "summary.json"])
  }
}
