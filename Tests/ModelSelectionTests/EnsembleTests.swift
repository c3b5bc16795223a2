import Datasets
import Evaluation
import Foundation
import Inference
import JSONDocuments
import ModelSelection
import Safetensors
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// What nnU-Net decides among two models and their average, on the same saved probabilities.
@Suite struct EnsembleTests {
  private let folds: [Fold] = [.number(0), .number(1), .number(2)]

  @Test(arguments: 0..<4) func decisionsEqualTheReference(scenario: Int) throws {
    let reference = try ReferenceEnsembles()
    let expected = reference.outcomes[scenario]
    let folder = try TemporaryFolder()
    let models = try reference.write(scenario, to: folder.path)
    let best = try BestConfiguration(
      of: models, folds: folds, references: .folder(folder.path + "/labelsTr"))
    let scores = try #require(expected["results"]?.doubles)
    #expect(
      best.candidates.map(\.name) == ["2d", "3d_fullres", "ensemble___2d___3d_fullres___0_1_2"])
    for (candidate, score) in zip(best.candidates, scores) {
      #expect(abs(candidate.score - score) < 1e-12, "\(candidate.name)")
    }
    #expect(
      best.winner.models.map { $0.path.split(separator: "/").last.map(String.init) }
        == expected["best"]?.strings)
    let written = try JSONValue(contentsOf: best.postprocessingPath)
    let decision = try #require(expected["postprocessing"])
    #expect(differences(written, decision, tolerance: 1e-12).isEmpty)

    let gathered = folder.path + "/models/ensembles/ensemble___2d___3d_fullres___0_1_2"
    let names = try FileManager.default.contentsOfDirectory(atPath: gathered)
      .filter { !$0.hasPrefix("postproc") }
    #expect(
      names.sorted()
        == (0..<6).map { "case_\($0).nii.gz" } + ["dataset.json", "plans.json", "summary.json"])
    let isPair = best.winner.models.count == 2
    #expect(best.instructions.contains("delineate ensemble --input MASKS_1 MASKS_2") == isPair)
    #expect(best.instructions.contains("--probabilities") == isPair)
  }

  @Test func pairsNeedTheProbabilitiesOfAllOrTakeNoPart() throws {
    let reference = try ReferenceEnsembles()
    let folder = try TemporaryFolder()
    let models = try reference.write(0, to: folder.path)
    let labels = References.folder(folder.path + "/labelsTr")
    let missing = "\(models[1].path)/fold_1/validation/case_0.npz"
    try FileManager.default.removeItem(atPath: missing)
    let error = try #require(throws: ModelSelectionError.self) {
      try BestConfiguration(of: models, folds: folds, references: labels)
    }
    #expect(error.description.hasPrefix(missing))
    let single = try BestConfiguration(
      of: models, folds: folds, references: labels, ensembles: .none)
    #expect(single.candidates.count == 2)
    #expect(!single.comparesEnsembles)
    for model in models {
      for fold in 0..<3 {
        let validation = "\(model.path)/fold_\(fold)/validation"
        for name in try FileManager.default.contentsOfDirectory(atPath: validation)
        where name.hasSuffix(".npz") {
          try FileManager.default.removeItem(atPath: "\(validation)/\(name)")
        }
      }
    }
    let without = try BestConfiguration(of: models, folds: folds, references: labels)
    #expect(without.candidates.count == 2)
  }
}

/// Folds with saved probabilities, and what nnU-Net decides on them.
private struct ReferenceEnsembles {
  let outcomes: [JSONValue]
  private let maps: SafetensorsFile

  init(file: String = #filePath) throws {
    let folder =
      file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/Fixtures"
    outcomes = try JSONValue(contentsOf: folder + "/ensembles.json").array ?? []
    maps = try SafetensorsFile(contentsOf: folder + "/probabilities.safetensors")
  }

  func write(_ scenario: Int, to folder: String) throws -> [ModelFolder] {
    let hasRegions = outcomes[scenario]["labels"]?["whole"] != nil
    for name in maps.names where name.hasPrefix("\(scenario)/") {
      let parts = name.split(separator: "/").map(String.init)
      let isReference = parts[1] == "reference"
      let target =
        isReference
        ? "\(folder)/labelsTr" : "\(folder)/models/\(parts[1])/\(parts[2])/validation"
      try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
      let shape = try maps.tensor(named: name).shape.suffix(3).map { $0 }
      let values = try maps.bytes(name)
      let labels = isReference ? values.map { UInt16($0) } : decide(values, hasRegions)
      let path = "\(target)/\(parts[parts.count - 1])"
      try LabelMap(
        labels: labels, geometry: Geometry(extent: Extent(x: shape[2], y: shape[1], z: shape[0]))
      ).write(to: path + ".nii.gz")
      if isReference { continue }
      let archive = try NumPyArrayWriter(
        path + ".npz", array: "probabilities", shape: [hasRegions ? 2 : 3] + shape)
      try values.map { Float($0) / 256 }.withUnsafeBufferPointer { try archive.write($0) }
      try archive.commit()
    }
    var dataset: JSONObject = [
      "channel_names": ["0": "MR"], "numTraining": 6, "file_ending": ".nii.gz",
      "labels": outcomes[scenario]["labels"] ?? .null,
    ]
    if hasRegions { dataset["regions_class_order"] = [1, 2] }
    return try ["2d", "3d_fullres"].map { name in
      let model = "\(folder)/models/\(name)"
      try TinyPlan().document.text().write(
        toFile: "\(model)/plans.json", atomically: true, encoding: .utf8)
      try JSONValue.object(dataset).text().write(
        toFile: "\(model)/dataset.json", atomically: true, encoding: .utf8)
      return try ModelFolder(model)
    }
  }

  /// The masks that the maps, in 256ths, decide.
  private func decide(_ values: [UInt8], _ hasRegions: Bool) -> [UInt16] {
    let voxels = values.count / (hasRegions ? 2 : 3)
    return (0..<voxels).map { voxel in
      if hasRegions { return values[voxels + voxel] > 128 ? 2 : values[voxel] > 128 ? 1 : 0 }
      let scores = (0..<3).map { values[$0 * voxels + voxel] }
      return UInt16(scores.firstIndex(of: scores.max() ?? 0) ?? 0)
    }
  }
}
