import Datasets
import Foundation
import Inference
import JSONDocuments
import ModelExchange
import TestSupport
import Testing
import TorchCheckpoints
import Training

/// Fine-tuning from what nnU-Net has left, without an import before it.
extension FineTuningTests {
  /// A trained cohort, its model as nnU-Net would have left it, and that checkpoint alone elsewhere.
  private func exported() throws -> (cohort: Cohort, results: String, alone: String) {
    let cohort = try trained()
    let results = "\(cohort.folder.path)/results"
    try ModelExport(ModelFolder(cohort.model)).writeFolder(to: results)
    let alone = "\(cohort.folder.path)/downloads"
    try FileManager.default.createDirectory(atPath: alone, withIntermediateDirectories: false)
    try FileManager.default.copyItem(
      atPath: "\(results)/fold_0/checkpoint_final.pth", toPath: "\(alone)/weights.pth")
    return (cohort, results, "\(alone)/weights.pth")
  }

  @Test func everyWeightOfNNUNetsIsTakenOver() throws {
    let (cohort, results, alone) = try exported()
    let pretrained = try Checkpoint(cohort.fold, .final)
    for path in [results, "\(results)/fold_0", "\(results)/fold_0/checkpoint_final.pth", alone] {
      let settings = try settings(path)
      #expect(settings.pretrained?.labels == cohort.dataset.description.labels, "\(path)")
      #expect(settings.pretrained?.datasetName == "Dataset001_Tiny", "\(path)")
      #expect(try cohort.trainer(settings).takesHeads == true, "\(path)")
      #expect(try weights(start(cohort, settings)) == weights(pretrained), "\(path)")
    }
    // Where there is only that, the best checkpoint serves.
    try FileManager.default.removeItem(atPath: "\(results)/fold_0/checkpoint_final.pth")
    for path in [results, "\(results)/fold_0"] {
      #expect(
        try PretrainedWeights(contentsOf: path).path == "\(results)/fold_0/checkpoint_best.pth")
    }
  }

  /// The checkpoint itself says which labels its heads stand for.
  @Test func headsOfNNUNetsForOtherLabelsAreNew() throws {
    let (cohort, _, alone) = try exported()
    let description = try DatasetDescription(
      [
        "channel_names": ["0": "noise"], "labels": ["background": 0, "cube": 1], "numTraining": 5,
        "file_ending": ".nii",
      ], from: "dataset.json")
    let found = try start(cohort, settings(alone), labels: description)
    let pretrained = try Checkpoint(cohort.fold, .final)
    #expect(weights(found, heads: false) == weights(pretrained, heads: false))
    #expect(weights(found, heads: true) != weights(pretrained, heads: true))
  }

  @Test func nnUNetsThatDoNotFitAreRefused() throws {
    let (cohort, results, alone) = try exported()
    var wide = TinyPlan()
    wide.features = [8, 24]
    let other = try Cohort(wide)
    expectOneLine(
      #expect(throws: TrainingError.self) { try other.trainer(settings(alone)) },
      naming: [
        alone, "encoder.stages.1.0.convs.0.conv.weight has shape [16, 8, 3, 3, 3]",
        "the plans differ in features;", "plan --like",
      ])

    // Names of one weight that do not agree are not nnU-Net's.
    let checkpoint = try TorchCheckpoint(contentsOf: alone)
    let name = "decoder.encoder.stages.0.0.convs.0.conv.weight"
    let entries = try checkpoint.tensors("network_weights").map { entry in
      let floats = try checkpoint.floats(entry.tensor, named: entry.name)
      return (
        key: entry.name,
        value: TorchValue.tensor(
          TorchStorage(
            shape: entry.tensor.shape, floats: entry.name == name ? floats.map { -$0 } : floats))
      )
    }
    // Nothing but weights suffices where nothing else is asked for.
    let changed = "\(cohort.folder.path)/changed.pth"
    try TorchCheckpointWriter.write(
      .dictionary([("network_weights", .orderedDictionary(entries))]), to: changed)
    expectOneLine(
      #expect(throws: TrainingError.self) { try cohort.trainer(settings(changed)) },
      naming: [changed, name, "differ"])

    let archive = "\(cohort.folder.path)/model.zip"
    try ModelExport(ModelFolder(results)).writeArchive(to: archive)
    expectOneLine(
      #expect(throws: TrainingError.self) { try PretrainedWeights(contentsOf: archive) },
      naming: [archive, "delineate model import"])
    try Data(bytes(ofFile: alone).prefix(5000)).write(to: URL(fileURLWithPath: changed))
    expectOneLine(
      #expect(throws: TrainingError.self) { try cohort.trainer(settings(changed)) },
      naming: [changed])
  }

  /// A state dictionary without anything around it is enough.
  @Test func weightsAloneAreTakenOver() throws {
    let (cohort, _, alone) = try exported()
    let checkpoint = try TorchCheckpoint(contentsOf: alone)
    let entries = try checkpoint.tensors("network_weights").map { entry in
      (
        key: entry.name,
        value: TorchValue.tensor(
          TorchStorage(
            shape: entry.tensor.shape,
            floats: try checkpoint.floats(entry.tensor, named: entry.name)
          ))
      )
    }
    let bare = "\(cohort.folder.path)/bare.pth"
    try TorchCheckpointWriter.write(
      .dictionary([("network_weights", .orderedDictionary(entries))]), to: bare)
    let settings = try settings(bare)
    #expect(settings.pretrained?.labels == nil && settings.pretrained?.datasetName == nil)
    #expect(
      try weights(start(cohort, settings)) == weights(Checkpoint(cohort.fold, .final)))
  }
}
