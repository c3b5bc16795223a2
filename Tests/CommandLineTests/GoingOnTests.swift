import Foundation
import JSONDocuments
import Safetensors
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Several folds, fine-tuning, and predictions that go on or are shared.
@Suite(.serialized) struct GoingOnTests {
  private func train(
    _ dataset: TinyDataset, _ workspace: String, _ more: String...
  ) throws -> Program.Outcome {
    try Program.run(
      [
        "train", dataset.path, "--workspace", workspace, "--epochs", "2", "--iterations", "2",
        "--validation-iterations", "1", "--json",
      ] + more)
  }

  @Test func foldsAreTrainedOneAfterAnother() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace)
    let trained = try train(dataset, workspace, "--fold", "0,2")
    #expect(trained.status == 0, "\(trained.errors)")
    let folds = try #require(trained.json?["folds"]?.array)
    #expect(folds.map { $0["fold"]?.string } == ["0", "2"])
    #expect(folds.map { $0["validation_cases"]?.int } == [2, 1])
    let model = "\(workspace)/models/3d_fullres"
    #expect(folds.map { $0["folder"]?.string } == ["\(model)/fold_0", "\(model)/fold_2"])
    let dice = folds.compactMap { $0["foreground_mean_dice"]?.double }
    let mean = try #require(trained.json?["foreground_mean_dice"]?.double)
    #expect(dice.count == 2 && abs(mean - (dice[0] + dice[1]) / 2) < 1e-12)

    // Folds that are trained and scored are passed over, with the same scores.
    let again = try train(dataset, workspace, "--fold", "0,2", "--continue")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.json?["folds"] == trained.json?["folds"])
    #expect(again.errorLines.count { $0.hasSuffix("is trained and scored already") } == 2)
    #expect(!again.errors.contains("segmenting"))

    // A lost mask is made again.
    let masks = "\(model)/fold_2/validation"
    let lost = try #require(
      FileManager.default.contentsOfDirectory(atPath: masks).first { $0.hasSuffix(".nii.gz") })
    try FileManager.default.removeItem(atPath: "\(masks)/\(lost)")
    let repaired = try train(dataset, workspace, "--fold", "2", "--resume")
    #expect(repaired.errors.contains("segmenting the 1 validation cases"))
    #expect(repaired.json?["fold"] == "2")
    #expect(FileManager.default.fileExists(atPath: "\(masks)/\(lost)"))

    for list in ["0,0", "0;1", "-1", "six", ""] {
      #expect(try train(dataset, workspace, "--fold", list).status == 64, "\(list)")
    }
  }

  /// All cases are learnt from and scored, in a folder of their own.
  @Test func foldAllScoresWhatItLearns() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace)
    let trained = try train(dataset, workspace, "--fold", "all", "--continue")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.json?["validation_cases"]?.int == 6)
    let folder = "\(workspace)/models/3d_fullres/fold_all"
    #expect(trained.json?["folder"]?.string == folder)
    #expect(trained.errors.contains("nothing is saved in \(folder) yet; starting afresh"))
    // More epochs are another run, with other learning rates.
    let longer = try train(dataset, workspace, "--fold", "all", "--continue", "--epochs", "3")
    #expect(
      longer.status == 1
        && longer.errors.contains("now asked for are 3 epochs of 2 and 1 iterations;"))
  }

  private func predict(_ model: String, _ dataset: TinyDataset, _ masks: String, _ more: String...)
    throws -> Program.Outcome
  {
    try Program.run(
      [
        "predict", "--model", model, "--input", "\(dataset.path)/imagesTs", "--output", masks,
        "--no-mirroring", "--json",
      ] + more)
  }

  @Test func predictionsGoOnAndAreShared() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace)
    #expect(try train(dataset, workspace, "--fold", "all").status == 0)
    let model = "\(workspace)/models/3d_fullres"
    let (whole, masks) = (dataset.folder.path + "/whole", dataset.folder.path + "/masks")
    #expect(try predict(model, dataset, whole).status == 0)
    func content(_ folder: String, _ number: Int) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: "\(folder)/ball_\(number).nii.gz"))
    }

    // Two machines, one folder.
    let first = try predict(model, dataset, masks, "--part", "1/2")
    #expect(first.json?["cases"]?.array?.map { $0["case"]?.string } == ["ball_6"])
    #expect(!FileManager.default.fileExists(atPath: "\(masks)/ball_7.nii.gz"))
    let second = try predict(model, dataset, masks, "--part", "2/2")
    #expect(second.json?["cases"]?.array?.map { $0["case"]?.string } == ["ball_7"])
    for number in 6..<8 { #expect(try content(masks, number) == content(whole, number)) }
    let third = try predict(model, dataset, masks, "--part", "3/3")
    #expect(third.status == 0 && third.json?["cases"]?.array?.isEmpty == true)
    for part in ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3"] {
      #expect(try predict(model, dataset, masks, "--part", part).status == 64, "\(part)")
    }

    // A mask on the image's grid is kept even if it is not what would be predicted now.
    let path = "\(masks)/ball_6.nii.gz"
    let geometry = try LabelMap(contentsOf: path).geometry
    var labels = [LabelMap.Label](repeating: 0, count: geometry.extent.count)
    labels[17] = 1
    let kept = LabelMap(labels: labels, geometry: geometry)
    try kept.write(to: path)
    let before = try content(masks, 6)
    let resumed = try predict(model, dataset, masks, "--continue")
    #expect(resumed.status == 0 && resumed.json?["kept"]?.int == 2)
    #expect(try content(masks, 6) == before)
    #expect(try predict(model, dataset, masks).json?["kept"]?.int == 0)
    #expect(try content(masks, 6) == content(whole, 6))

    // What is no whole mask of this image and model is made again.
    var moved = geometry
    moved.niftiOrientation = nil
    moved.origin.x += 3
    var wide = geometry
    wide.niftiOrientation = nil
    wide.extent.x += 1
    labels[17] = 2
    let cut = try content(whole, 6)
    let spoilt: [(LabelMap?, Data)] = [
      (nil, cut.dropLast(cut.count / 3)), (nil, Data()),
      (LabelMap(labels: kept.labels, geometry: moved), Data()),
      (LabelMap(labels: Array(repeating: 0, count: wide.extent.count), geometry: wide), Data()),
      (LabelMap(labels: labels, geometry: geometry), Data()),
    ]
    for (index, (mask, bytes)) in spoilt.enumerated() {
      if let mask {
        try mask.write(to: path)
      } else {
        try bytes.write(to: URL(fileURLWithPath: path))
      }
      let repaired = try predict(model, dataset, masks, "--continue")
      #expect(repaired.status == 0 && repaired.json?["kept"]?.int == 1, "\(index)")
      #expect(try content(masks, 6) == content(whole, 6), "\(index)")
    }
  }

  @Test func fineTuningKeepsAFrozenEncoder() throws {
    let (source, target) = (try TinyDataset(), try TinyDataset())
    let (old, new) = (source.folder.path + "/workspace", target.folder.path + "/workspace")
    try source.plan(in: old)
    #expect(try train(source, old, "--fold", "all").status == 0)
    let model = "\(old)/models/3d_fullres"
    // Another structure than the one the earlier model knows.
    let description = "\(target.path)/dataset.json"
    let text = try String(contentsOfFile: description, encoding: .utf8)
    try text.replacingOccurrences(of: "\"ball\"", with: "\"lesion\"")
      .write(toFile: description, atomically: true, encoding: .utf8)

    let refused = try train(target, new, "--pretrained", model)
    #expect(refused.status == 1 && refused.output.isEmpty)
    #expect(refused.errors.contains("take over that model's plan with delineate plan --like"))
    let planned = try Program.run(
      "plan", target.path, "--workspace", new, "--like", model, "--plans-name", "Moved", "--json")
    #expect(planned.status == 0, "\(planned.errors)")
    #expect(planned.json?["plan"]?["dataset_name"] == "balls")
    #expect(planned.json?["plan"]?["plans_name"] == "Moved")

    let tuned = try train(
      target, new, "--pretrained", model, "--freeze-encoder", "--patience", "1", "--seed", "3")
    #expect(tuned.status == 0, "\(tuned.errors)")
    #expect(tuned.errors.contains("are for other labels and start from random weights"))
    #expect(tuned.errors.contains("the encoder stays as it is"))
    // Both datasets are called balls.
    #expect(tuned.errors.contains("these weights come from a dataset of the same name, balls"))
    let before = try SafetensorsFile(
      contentsOf: "\(model)/fold_all/checkpoint_final.safetensors")
    let after = try SafetensorsFile(
      contentsOf: "\(new)/models/3d_fullres/fold_0/checkpoint_final.safetensors")
    for name in before.names where name.hasPrefix("encoder.") {
      #expect(try before.bytes(name) == after.bytes(name), "\(name)")
    }
    let upsampling = "decoder.transpconvs.0.weight"
    #expect(try before.bytes(upsampling) != after.bytes(upsampling))

    for arguments in [["--freeze-encoder"], ["--patience", "0"]] {
      let outcome = try Program.run(["train", "--workspace", new] + arguments)
      #expect(outcome.status == 64, "\(arguments)")
    }
    let missing = try train(target, new, "--pretrained", "\(new)/nothing")
    #expect(missing.status == 1 && missing.errors.contains("there is no such file or folder"))
  }
}
