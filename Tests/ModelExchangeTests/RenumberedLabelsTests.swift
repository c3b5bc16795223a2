import Datasets
import Foundation
import Inference
import JSONDocuments
import ModelExchange
import TestSupport
import Testing
import TorchCheckpoints

/// Models whose labels have gaps, which nnU-Net does not know.
@Suite struct RenumberedLabelsTests {
  /// The fixture with other labels, in their order in `dataset.json`.
  private func model(_ labels: JSONValue, in folder: TemporaryFolder) throws -> ModelFolder {
    let path = folder.path + "/model"
    try FileManager.default.copyItem(atPath: Fixture.plain.path, toPath: path)
    var description = try #require(JSONValue(contentsOf: path + "/dataset.json").object)
    description["labels"] = labels
    description["class_labels"] = [0, 3, 7]
    try JSONValue.object(description).text().write(
      toFile: path + "/dataset.json", atomically: true, encoding: .utf8)
    return try ModelFolder(path)
  }

  @Test func exportedLabelsAreThoseOfNNUNetsMasks() throws {
    let folder = try TemporaryFolder()
    let labels: JSONValue = ["background": 0, "b": [7], "a": 3, "ignore": 8]
    let export = ModelExport(try model(labels, in: folder))
    let renumbered = export.renumberedLabels
    #expect(renumbered.map(\.name) == ["a", "b"])
    #expect(renumbered.map(\.value) == [3, 7] && renumbered.map(\.exportedValue) == [1, 2])
    let output = folder.path + "/nnunet"
    try export.writeFolder(to: output)
    let written = try JSONValue(contentsOf: output + "/dataset.json")
    #expect(written["labels"] == ["background": 0, "b": [2], "a": 1, "ignore": 3])
    #expect(written["original_labels"] == labels)
    #expect(written["class_labels"] == nil)
    let checkpoint = try TorchCheckpoint(contentsOf: output + "/fold_0/checkpoint_final.pth")
    #expect(try checkpoint.document("init_args")?["dataset_json"]?["labels"] == written["labels"])

    // The same network, which gives class numbers here too.
    let again = try ModelFolder(output)
    #expect(again.description.labels.heads == .labels([0, 1, 2]))
    #expect(again.description.labels.ignoreLabel == 3)
    #expect(try Fixture.plain.logitError(of: again.weights(of: .number(0), .final)) < 1e-5)
  }

  @Test func labelsWithoutGapsAndRegionsStay() throws {
    let plain = try ModelFolder(Fixture.plain.path).description
    #expect(plain.withConsecutiveLabels == plain)
    let regions = try DatasetDescription(
      [
        "channel_names": ["0": "MR"], "labels": ["background": 0, "whole": [3, 7], "core": 7],
        "regions_class_order": [3, 7],
      ], from: "dataset.json")
    #expect(regions.withConsecutiveLabels == regions)
  }
}
