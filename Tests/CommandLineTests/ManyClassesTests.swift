import Foundation
import JSONDocuments
import RandomNumbers
import TestSupport
import Testing
import VolumeFiles
import Volumes

extension TinyDataset {
  /// Six labelled cases of 20 × 20 × 20 voxels, and one more to segment, in cubes of 4 × 4 × 4, each of
  /// another structure.
  ///
  /// - Parameter structures: Number of structures besides the background, at most 124.
  /// - Throws: Whatever keeps the files from being written.
  init(structures: Int) throws {
    folder = try TemporaryFolder()
    for name in ["imagesTr", "labelsTr", "imagesTs", "labelsTs"] {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }
    let geometry = Geometry(extent: Extent(x: 20, y: 20, z: 20))
    for number in 0..<7 {
      let part = number < 6 ? "Tr" : "Ts"
      var generator = SplitMix64(seed: 300 + UInt64(number))
      var image = Volume<Float>(repeating: 0, geometry: geometry)
      var labels = LabelMap(labels: Array(repeating: 0, count: 8000), geometry: geometry)
      for z in 0..<20 {
        for y in 0..<20 {
          for x in 0..<20 {
            let cube = (z / 4 * 5 + y / 4) * 5 + x / 4
            labels[x, y, z] = cube <= structures ? LabelMap.Label(cube) : 0
            image[x, y, z] = Float(10 * cube + 50) + generator.uniform(-4...4).rounded()
          }
        }
      }
      try image.write(to: "\(path)/images\(part)/cubes_\(number)_0000.nii.gz")
      try labels.write(to: "\(path)/labels\(part)/cubes_\(number).nii.gz")
    }
    var names: JSONObject = ["background": 0]
    for label in 1...structures { names["structure_\(label)"] = .integer(label) }
    let description: JSONValue = [
      "channel_names": ["0": "MR"], "labels": .object(names), "numTraining": 6,
      "file_ending": ".nii.gz",
    ]
    try description.text().write(
      toFile: "\(path)/dataset.json", atomically: true, encoding: .utf8)
  }
}

/// 117 structures, as TotalSegmentator has, from the check to the scores.
@Suite(.serialized) struct ManyClassesTests {
  @Test func everyStructureIsPlannedTrainedPredictedAndScored() throws {
    let dataset = try TinyDataset(structures: 117)
    let (workspace, masks) = (dataset.folder.path + "/workspace", dataset.folder.path + "/masks")
    #expect(try Program.run("check", dataset.path).output == "6 cases, no problem found\n")
    try dataset.plan(in: workspace)
    let trained = try Program.run(
      "train", dataset.path, "--workspace", workspace, "--epochs", "1", "--iterations", "2",
      "--validation-iterations", "1", "--json")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.json?["validation"]?.array?.count == 117)
    // One line an epoch, whatever there is to tell.
    let epoch = try #require(trained.errorLines.first { $0.hasPrefix("epoch 1") })
    #expect(epoch.count < 250 && epoch.contains("and 105 more"), "\(epoch)")

    let model = "\(workspace)/models/3d_fullres"
    let predicted = try Program.run(
      "predict", "--model", model, "--input", "\(dataset.path)/imagesTs", "--output", masks,
      "--no-mirroring", "--probabilities")
    #expect(predicted.status == 0, "\(predicted.errors)")
    let mask = try LabelMap(contentsOf: "\(masks)/cubes_6.nii.gz")
    #expect(mask.labels.allSatisfy { $0 <= 117 })
    let probabilities = try NumPyArrayReader("\(masks)/cubes_6.npz", array: "probabilities")
    #expect(probabilities.shape == [118, 20, 20, 20])

    // The references themselves: every structure is there, and scores 1 by every measure.
    for (prediction, isPerfect) in [(masks, false), ("\(dataset.path)/labelsTs", true)] {
      let scored = try Program.run(
        "evaluate", "--reference", "\(dataset.path)/labelsTs", "--prediction", prediction,
        "--dataset-json", "\(dataset.path)/dataset.json", "--surface", "--lesions", "--output",
        "\(dataset.folder.path)/summary.json", "--json")
      #expect(scored.status == 0, "\(scored.errors)")
      let rows = try #require(scored.json?["cohorts"]?.array)
      #expect(rows.map { $0["name"]?.string } == (1...117).map { "structure_\($0)" })
      #expect(rows.allSatisfy { $0["cases"]?.int == 1 })
      if isPerfect {
        #expect(rows.allSatisfy { $0["dice_mean"]?.double == 1 && $0["lesions"]?["tp"]?.int == 1 })
      }
      let summary = try JSONValue(contentsOf: "\(dataset.folder.path)/summary.json")
      #expect(summary["mean"]?.object?.names.count == 117)
    }
  }

  /// A batch of so many logits is counted before it is made.
  @Test func memoryOfLogitsIsCounted() throws {
    let dataset = try TinyDataset(structures: 117)
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace)
    let refused = try Program.run(
      "train", dataset.path, "--workspace", workspace, "--epochs", "1", "--iterations", "1",
      "--batch-size", "1000000", "--json")
    #expect(refused.status == 1 && refused.output.isEmpty)
    #expect(refused.errorLines.last?.contains("a training step needs about") == true)
  }
}
