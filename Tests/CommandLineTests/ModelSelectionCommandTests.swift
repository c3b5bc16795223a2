import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Scoring by surfaces and lesions, and from folds to post-processed masks.
struct ModelSelectionCommandTests {
  @Test(arguments: [
    ["evaluate", "--reference", "r", "--prediction", "p", "--labels", "1", "--tolerance", "2"],
    [
      "evaluate", "--reference", "r", "--prediction", "p", "--labels", "1", "--surface",
      "--tolerance", "-1",
    ],
    [
      "evaluate", "--reference", "r", "--prediction", "p", "--labels", "1", "--lesions",
      "--lesion-threshold", "1",
    ],
    [
      "evaluate", "--reference", "r", "--prediction", "p", "--labels", "1",
      "--surface-definition", "border-voxels",
    ],
    ["find-best"], ["find-best", "--model", "m", "--workspace", "w"],
    ["find-best", "--model", "m", "--folds", "0,0"],
    ["accumulate", "--workspace", "w", "--output", "o"],
    ["postprocess", "--input", "i", "--output", "o"],
    ["find-best", "--model", "m", "--reference", "r", "--ensembles", "predict"],
  ])
  func wrongArgumentsAreStatus64(_ arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.status == 64)
    #expect(result.errorLines.count == 1)
  }

  @Test func fromFoldsToPostprocessedMasks() throws {
    let dataset = try TinyDataset()
    let model = dataset.folder.path + "/models/3d_fullres"
    let labels = dataset.path + "/labelsTr"
    try writeFolds(of: dataset, to: model)
    let found = try Program.run(
      "find-best", "--model", model, "--reference", labels, "--folds", "0,1", "--json")
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.json?["best"]?.string == "3d_fullres")
    #expect(found.json?["dice_after_postprocessing"]?.double == 1)
    #expect(found.json?["steps"]?.strings == ["(1,)"])
    let before = try #require(found.json?["dice"]?.double)
    #expect(before > 0.9 && before < 1)
    #expect(
      FileManager.default.fileExists(
        atPath: dataset.folder.path + "/models/inference_instructions.txt"))

    let masks = "\(model)/crossval_results_folds_0_1"
    let output = dataset.folder.path + "/final"
    let processed = try Program.run(
      "postprocess", "--input", masks, "--output", output, "--postprocessing",
      try #require(found.json?["postprocessing"]?.string), "--json")
    #expect(processed.status == 0, "\(processed.errors)")
    #expect(processed.json?["masks"]?.array?.count == 6)
    for number in 0..<6 {
      let result = try LabelMap(contentsOf: "\(output)/ball_\(number).nii.gz")
      #expect(try result.labels == LabelMap(contentsOf: "\(labels)/ball_\(number).nii.gz").labels)
    }

    let gathered = try Program.run(
      "accumulate", "--model", model, "--reference", labels, "--folds", "0,1", "--json")
    #expect(gathered.json?["models"]?.array?[0]["foreground_mean_dice"]?.double == before)
    let refused = try Program.run(
      "accumulate", "--model", model, "--reference", labels, "--folds", "0,1", "--output", output)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("is not empty"))
  }

  /// Probabilities that training did not save are predicted, and the average of a model and its
  /// copy is the model again.
  @Test func missingProbabilitiesArePredicted() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace)
    let trained = try Program.run(
      "train", dataset.path, "--workspace", workspace, "--fold", "all", "--epochs", "2",
      "--iterations", "3", "--validation-iterations", "1", "--seed", "7")
    #expect(trained.status == 0, "\(trained.errors)")
    let models = "\(workspace)/models"
    try FileManager.default.copyItem(
      atPath: "\(models)/3d_fullres", toPath: "\(models)/3d_lowres")
    let found = try Program.run(
      "find-best", "--workspace", workspace, "--folds", "all", "--ensembles", "predict", "--json")
    #expect(found.status == 0, "\(found.errors)")
    let scores = try #require(found.json?["results"]?.array?.map { $0["dice"]?.double })
    #expect(scores.count == 3)
    #expect(scores[0] == scores[1] && scores[1] == scores[2])
    #expect(found.json?["best"]?.string == "3d_fullres")
    let validation = try FileManager.default.contentsOfDirectory(
      atPath: "\(models)/3d_lowres/fold_all/validation")
    #expect(validation.count { $0.hasSuffix(".npz") } == 6)
    #expect(!validation.contains { $0.hasPrefix(".") })
  }

  @Test func evaluateScoresSurfacesAndLesions() throws {
    let dataset = try TinyDataset()
    let model = dataset.folder.path + "/models/3d_fullres"
    try writeFolds(of: dataset, to: model)
    let folder = dataset.folder.path
    let scored = try Program.run(
      "evaluate", "--reference", "\(dataset.path)/labelsTr", "--prediction",
      "\(model)/fold_0/validation", "--labels", "1", "--allow-missing", "--surface", "--tolerance",
      "2", "--lesions", "--intervals", "--case-csv", "\(folder)/cases.csv", "--cohort-csv",
      "\(folder)/cohorts.csv", "--output", "\(folder)/summary.json", "--json")
    #expect(scored.status == 0, "\(scored.errors)")
    let row = try #require(scored.json?["cohorts"]?.array?[0])
    #expect(row["lesions"]?["tp"]?.int == 3)
    #expect(row["lesions"]?["fp"]?.int == 3)
    #expect(row["scores"]?["hd95_mm"]?["finite_cases"]?.int == 3)
    #expect(row["scores"]?["dice"]?["ci95"]?.doubles?.count == 2)
    let lines = try String(contentsOfFile: "\(folder)/cases.csv", encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[1].hasPrefix("ball_0,,1,1,0.9"))
    #expect(
      try String(contentsOfFile: "\(folder)/cohorts.csv", encoding: .utf8).contains(
        "all,1,1,3,nsd,"))
    #expect(
      try JSONValue(contentsOf: "\(folder)/summary.json")["mean"]?["1"]?["nsd"]?.double ?? 0 > 0.9)
  }

  /// Two folds whose masks are the labels and a stray cube in a corner.
  private func writeFolds(of dataset: TinyDataset, to model: String) throws {
    for number in 0..<6 {
      var mask = try LabelMap(contentsOf: "\(dataset.path)/labelsTr/ball_\(number).nii.gz")
      for z in 0..<2 { for y in 0..<2 { for x in 0..<2 { mask[x, y, z] = 1 } } }
      let folder = "\(model)/fold_\(number % 2)/validation"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try mask.write(to: "\(folder)/ball_\(number).nii.gz")
    }
    try TinyPlan().document.text().write(
      toFile: "\(model)/plans.json", atomically: true, encoding: .utf8)
    try FileManager.default.copyItem(
      atPath: "\(dataset.path)/dataset.json", toPath: "\(model)/dataset.json")
  }
}
