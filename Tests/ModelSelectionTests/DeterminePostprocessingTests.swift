import Datasets
import Evaluation
import Foundation
import JSONDocuments
import ModelSelection
import Safetensors
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// What nnU-Net's `determine_postprocessing` decides on the same folders.
@Suite struct DeterminePostprocessingTests {
  private static let folder =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures"

  @Test func decisionsEqualTheReference() throws {
    let outcomes = try #require(
      try JSONValue(contentsOf: Self.folder + "/postprocessings.json").array)
    let masks = try SafetensorsFile(contentsOf: Self.folder + "/postprocessed_masks.safetensors")
    #expect(outcomes.count > 10)
    for (scenario, outcome) in outcomes.enumerated() {
      let expected = try #require(outcome["postprocessing"])
      let folder = try TemporaryFolder()
      let pairs = try write(scenario, of: masks, to: folder.path)
      let decision = try PostprocessingDecision(on: pairs, labels: labels(of: outcome))
      let path = folder.path + "/postprocessing.json"
      try decision.write(to: path)
      let written = try JSONValue(contentsOf: path)
      #expect(
        written["postprocessing_kwargs"] == expected["postprocessing_kwargs"],
        "\(outcome["labels"] ?? .null)")
      #expect(differences(written, expected, tolerance: 1e-12).isEmpty)
    }
  }

  private func labels(of outcome: JSONValue) throws -> LabelSet {
    let labels = try #require(outcome["labels"])
    var document: JSONObject = [
      "channel_names": ["0": "MR"], "labels": labels, "numTraining": 6, "file_ending": ".nii.gz",
    ]
    if labels["whole"] != nil { document["regions_class_order"] = [1, 2, 3] }
    return try DatasetDescription(.object(document), from: "dataset.json").labels
  }

  private func write(
    _ scenario: Int, of masks: SafetensorsFile, to folder: String
  ) throws -> [EvaluationPair] {
    for name in masks.names where name.hasPrefix("\(scenario)/") {
      let parts = name.split(separator: "/").map(String.init)
      let target = "\(folder)/\(parts[1])"
      try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
      let shape = try masks.tensor(named: name).shape
      try LabelMap(
        labels: masks.bytes(name).map { UInt16($0) },
        geometry: Geometry(extent: Extent(x: shape[2], y: shape[1], z: shape[0]))
      ).write(to: "\(target)/\(parts[2]).nii.gz")
    }
    return (0..<6).map { index in
      EvaluationPair(
        name: "case_\(index)", reference: "\(folder)/reference/case_\(index).nii.gz",
        prediction: "\(folder)/prediction/case_\(index).nii.gz")
    }
  }
}
