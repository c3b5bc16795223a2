import Foundation
import Inference
import JSONDocuments
import Safetensors
import TestSupport
import VolumeFiles
import Volumes

/// Folds of two models, and what nnU-Net decides on them.
struct ReferenceDecisions {
  static let count = 11
  private let outcomes: [JSONValue]
  private let masks: SafetensorsFile

  init(file: String = #filePath) throws {
    let folder =
      file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/Fixtures"
    outcomes = try JSONValue(contentsOf: folder + "/decisions.json").array ?? []
    masks = try SafetensorsFile(contentsOf: folder + "/masks.safetensors")
  }

  func outcome(_ scenario: Int) -> JSONValue { outcomes[scenario] }

  /// Writes references to `labelsTr` and the models to `models`, in nnU-Net's order.
  func write(_ scenario: Int, to folder: String) throws -> [ModelFolder] {
    let plan = TinyPlan().document.text()
    var dataset: JSONObject = [
      "channel_names": ["0": "MR"], "numTraining": 6, "file_ending": ".nii.gz",
      "labels": outcomes[scenario]["labels"] ?? .null,
    ]
    if outcomes[scenario]["labels"]?["whole"] != nil { dataset["regions_class_order"] = [1, 2] }
    for name in masks.names where name.hasPrefix("\(scenario)/") {
      let parts = name.split(separator: "/")
      let target =
        parts[1] == "reference"
        ? "\(folder)/labelsTr" : "\(folder)/models/\(parts[1])/\(parts[2])/validation"
      try FileManager.default.createDirectory(
        atPath: target, withIntermediateDirectories: true)
      let shape = try masks.tensor(named: name).shape
      try LabelMap(
        labels: try masks.bytes(name).map { UInt16($0) },
        geometry: Geometry(extent: Extent(x: shape[2], y: shape[1], z: shape[0]))
      ).write(to: "\(target)/\(parts[parts.count - 1]).nii.gz")
    }
    return try ["2d", "3d_fullres"].map { name in
      let model = "\(folder)/models/\(name)"
      try plan.write(toFile: "\(model)/plans.json", atomically: true, encoding: .utf8)
      try JSONValue.object(dataset).text().write(
        toFile: "\(model)/dataset.json", atomically: true, encoding: .utf8)
      return try ModelFolder(model)
    }
  }
}
