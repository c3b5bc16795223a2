import Foundation
import JSONDocuments
import RandomNumbers
import Safetensors
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// From a tiny dataset to masks and scores, with every kind of interruption.
@Suite(.serialized) struct EndToEndTests {
  private func training(
    _ dataset: TinyDataset, _ workspace: String, epochs: Int = 2, _ more: String...
  ) -> [String] {
    [
      "train", dataset.path, "--workspace", workspace, "--fold", "all", "--epochs", "\(epochs)",
      "--iterations", "3", "--validation-iterations", "1", "--seed", "7",
    ] + more
  }

  private func fold(_ workspace: String) -> String { "\(workspace)/models/3d_fullres/fold_all" }

  /// The weights and the optimiser's directions, byte for byte; the seconds in the metadata may differ.
  private func weights(_ workspace: String) throws -> [String: [UInt8]] {
    let file = try SafetensorsFile(
      contentsOf: "\(fold(workspace))/checkpoint_final.safetensors")
    var result: [String: [UInt8]] = [:]
    for name in file.names { result[name] = try file.bytes(name) }
    return result
  }

  @Test func trainPredictEvaluate() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace)
    let trained = try Program.run(training(dataset, workspace, "--json"))
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.json?["outcome"]?.string == "finished")
    #expect(trained.errorLines.contains { $0.hasPrefix("epoch 2/2: loss") })
    for name in [
      "checkpoint_final.safetensors", "progress.png", "training_log.jsonl",
      "validation/summary.json", "validation/ball_0.nii.gz",
    ] {
      #expect(FileManager.default.fileExists(atPath: "\(fold(workspace))/\(name)"), "\(name)")
    }

    // Nothing has changed: no step is done again, and a finished run is not trained again.
    let again = try Program.run(training(dataset, workspace, "--resume"))
    #expect(again.status == 0)
    #expect(!again.errors.contains("checking") && !again.errors.contains("preprocessing"))

    let model = "\(workspace)/models/3d_fullres"
    let described = try Program.run("model", "info", model, "--json")
    #expect(described.json?["configuration"]?.string == "3d_fullres")
    #expect(described.json?["folds"]?["all"]?.strings?.contains("final") == true)

    // A damaged image is reported and does not stop the others.
    let images = "\(dataset.path)/imagesTs"
    try "no image".write(
      toFile: "\(images)/bad_0000.nii.gz", atomically: true, encoding: .utf8)
    try "notes".write(toFile: "\(images)/notes.txt", atomically: true, encoding: .utf8)
    let masks = dataset.folder.path + "/masks"
    let predicted = try Program.run(
      "predict", "--model", model, "--input", images, "--output", masks, "--no-mirroring", "--json")
    #expect(predicted.status == 1)
    #expect(predicted.json?["failed"]?.int == 1)
    #expect(predicted.json?["passed_over"]?.array?.count == 1)
    #expect(predicted.errors.contains("bad_0000.nii.gz"))
    for number in 6..<8 {
      let mask = try LabelMap(contentsOf: "\(masks)/ball_\(number).nii.gz")
      let image = try Volume<Float>(contentsOf: "\(images)/ball_\(number)_0000.nii.gz")
      #expect(mask.geometry.matches(image.geometry, tolerance: 0))
    }
    try expectOneMask(of: "\(images)/ball_6_0000.nii.gz", model, equals: "\(masks)/ball_6.nii.gz")
    let summary = dataset.folder.path + "/summary.json"
    let scored = try Program.run(
      "evaluate", "--reference", "\(dataset.path)/labelsTs", "--prediction", masks,
      "--dataset-json", "\(dataset.path)/dataset.json", "--output", summary, "--json")
    #expect(scored.status == 0, "\(scored.errors)")
    #expect(scored.json?["cases"]?.int == 2)
    #expect(
      scored.json?["foreground_mean_dice"]?.double
        == (try JSONValue(contentsOf: summary))["foreground_mean"]?["Dice"]?.double)
  }

  /// A single case may be segmented into a file, of any name and format.
  private func expectOneMask(of image: String, _ model: String, equals expected: String) throws {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/new/outline.nrrd"
    func predict(_ arguments: String...) throws -> Program.Outcome {
      try Program.run(["predict", "--model", model, "--no-mirroring"] + arguments)
    }
    let one = try predict("--input", image, "--output", file)
    #expect(one.status == 0, "\(one.errors)")
    #expect(one.output == file + "\n")
    #expect(try LabelMap(contentsOf: file).labels == LabelMap(contentsOf: expected).labels)
    let other = image.replacing("ball_6", with: "ball_7")
    let two = try predict("--input", image, other, "--output", file)
    #expect(two.status == 64 && two.errors.contains("2 cases"), "\(two.errors)")
    let saving = try predict("--input", image, "--output", file, "--probabilities")
    #expect(saving.status == 64 && saving.errors.contains("needs a folder"), "\(saving.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/new") == ["outline.nrrd"])
  }

  @Test func aKilledRunGoesOnBitForBit() throws {
    let dataset = try TinyDataset()
    let (whole, broken) = (dataset.folder.path + "/whole", dataset.folder.path + "/broken")
    try dataset.plan(in: whole)
    let clock = ContinuousClock()
    var finished = try Program.run("preprocess", "--workspace", whole)
    #expect(finished.status == 0)
    let duration = try clock.measure {
      finished = try Program.run(training(dataset, whole, epochs: 8))
    }
    #expect(finished.status == 0, "\(finished.errors)")

    try dataset.plan(in: broken)
    var generator = SplitMix64(seed: 11)
    for _ in 0..<10 {
      let run = try Program.Run(
        training(dataset, broken, epochs: 8, "--resume", "--save-interval", "0"))
      Thread.sleep(
        forTimeInterval: Double(generator.uniform(0.02...0.5)) * (duration / .seconds(1)))
      kill(run.process.processIdentifier, SIGKILL)
      _ = try run.end()
    }
    let resumed = try Program.run(
      training(dataset, broken, epochs: 8, "--resume", "--save-interval", "0"))
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try weights(broken) == weights(whole))
  }

  @Test(arguments: [SIGTERM, SIGINT]) func aSignalSavesAndSaysHowToGoOn(_ signal: Int32) throws {
    let dataset = try TinyDataset()
    let (whole, stopped) = (dataset.folder.path + "/whole", dataset.folder.path + "/stopped")
    try dataset.plan(in: whole)
    #expect(try Program.run(training(dataset, whole, epochs: 16)).status == 0)
    try dataset.plan(in: stopped)
    let run = try Program.Run(training(dataset, stopped, epochs: 16))
    let log = "\(fold(stopped))/training_log.jsonl"
    while !FileManager.default.fileExists(atPath: log), run.process.isRunning {
      Thread.sleep(forTimeInterval: 0.002)
    }
    kill(run.process.processIdentifier, signal)
    let outcome = try run.end()
    #expect(outcome.status == 1)
    #expect(outcome.errorLines.last?.contains("go on with: ") == true)
    #expect(outcome.errorLines.last?.hasSuffix("--resume") == true)
    let latest = "\(fold(stopped))/checkpoint_latest.safetensors"
    #expect(FileManager.default.fileExists(atPath: latest))

    let resumed = try Program.run(training(dataset, stopped, epochs: 16, "--resume"))
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try weights(stopped) == weights(whole))
  }
}
