import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// What scripts rely on: exit statuses, one line per error, and nothing but JSON on standard output.
struct ExitStatusTests {
  @Test(arguments: [
    ["nonsense"], ["info", "--nonsense"], ["train"], ["train", "--workspace", "w", "--fold", "x"],
    ["train", "--workspace", "w", "--epochs", "0"],
    ["train", "--workspace", "w", "--epochs", "9223372036854775807"],
    ["train", "--workspace", "w", "--batch-size", "1000001"], ["info", "--threads", "0"],
    ["plan"], ["plan", "d", "--workspace", "w", "--output", "p.json"],
    ["predict", "--model", "m", "--input", "i", "--output", "o", "--step", "1.5"],
    ["evaluate", "--reference", "r", "--prediction", "p"],
    ["resample", "a.nii", "b.nii"], ["resample", "a.nii", "b.nii", "--spacing", "1,1"],
    ["resample", "a.nii", "b.nii", "--spacing", "1,1,0"],
    ["resample", "a.nii", "b.nii", "--size", "1,1,1", "--order", "2"],
    ["normalise", "a.nii", "b.nii", "--scheme", "ct"],
    ["benchmark", "resample", "1", "4,4", "1,1,1", "1,1,1"],
  ])
  func wrongArgumentsAreStatus64(_ arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(result.errorLines.count == 1)
    #expect(result.errors.hasPrefix("error: "))
  }

  @Test(arguments: [
    ["info", "/nowhere/a.nii.gz"], ["train", "/nowhere", "--workspace", "/nowhere/w"],
    ["preprocess", "--workspace", "/nowhere/w"], ["model", "info", "/nowhere"],
    ["predict", "--model", "/nowhere", "--input", "/nowhere", "--output", "/nowhere/o"],
    ["evaluate", "--reference", "/nowhere", "--prediction", "/nowhere", "--labels", "1"],
    ["resample", "/nowhere/a.nii", "b.nii", "--size", "1,1,1"],
    ["normalise", "/nowhere/a.nii", "b.nii", "--scheme", "zscore"],
    ["benchmark", "train", "--plans", "/nowhere/plans.json"],
    [
      "plan", "--fingerprint", "/nowhere/f.json", "--dataset-json", "/nowhere/d.json", "--output",
      "/nowhere/p.json",
    ],
    ["find-best", "--model", "/nowhere"], ["find-best", "--workspace", "/nowhere"],
    ["accumulate", "--model", "/nowhere", "--reference", "/nowhere"],
    [
      "postprocess", "--input", "/nowhere", "--output", "/nowhere", "--postprocessing",
      "/nowhere/postprocessing.json",
    ],
  ])
  func failuresAreStatus1AndNameTheFile(_ arguments: [String]) throws {
    let result = try Program.run(arguments + ["--json"])
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    #expect(result.errorLines.count == 1)
    #expect(result.errors.contains("/nowhere"))
  }

  @Test func problemsOfADatasetAreStatus2() throws {
    let dataset = try TinyDataset()
    let good = try Program.run("check", dataset.path)
    #expect(good.status == 0)
    #expect(good.output == "6 cases, no problem found\n")

    let labels = "\(dataset.path)/labelsTr/ball_2.nii.gz"
    var map = try LabelMap(contentsOf: labels)
    map[3, 4, 5] = 9
    try map.write(to: labels)
    let bad = try Program.run("check", dataset.path, "--json")
    #expect(bad.status == 2)
    #expect(bad.json?["ok"]?.bool == false)
    #expect(bad.json?["problems"]?.array?.count == 1)
    #expect(bad.json?["problems"]?.array?.first?["file"]?.string == labels)

    let workspace = dataset.folder.path + "/workspace"
    let stopped = try Program.run("train", dataset.path, "--workspace", workspace)
    #expect(stopped.status == 2)
    #expect(stopped.output.isEmpty)
    let named = stopped.errorLines.filter { $0.hasPrefix(labels + ": ") && $0.contains("9") }
    #expect(named.count == 1)
    #expect(stopped.errorLines.last?.hasPrefix("error: \(dataset.path)") == true)
    #expect(!FileManager.default.fileExists(atPath: "\(workspace)/dataset_fingerprint.json"))
    let quiet = try Program.run("train", dataset.path, "--workspace", workspace, "--quiet")
    #expect(quiet.errorLines == named + [try #require(stopped.errorLines.last)])
  }

  @Test func resultsAreOneJSONObjectAndNothingElse() throws {
    let dataset = try TinyDataset()
    let image = "\(dataset.path)/imagesTs/ball_6_0000.nii.gz"
    let output = dataset.folder.path + "/output.nii.gz"
    let machine = try Program.run("info", "--json")
    #expect(machine.json?["version"]?.string == "0.1.0")
    let grid = try Program.run("info", image, "--json")
    #expect(grid.json?["size"]?.ints == [20, 20, 16])
    #expect(grid.json?["spacing_mm"]?.doubles == [1, 1, 1.25])
    let resampled = try Program.run("resample", image, output, "--spacing", "2,2,1.25", "--json")
    #expect(resampled.json?["size"]?.ints == [10, 10, 16])
    #expect(try VolumeHeader(contentsOf: output).geometry.extent == Extent(x: 10, y: 10, z: 16))
    let normalised = try Program.run(
      "normalise", image, output, "--scheme", "rescale01", "--json")
    #expect(normalised.json?["output"]?.string == output)
    let voxels = try Volume<Float>(contentsOf: output).voxels
    #expect(voxels.min() == 0)
    #expect(voxels.max() == 1)
    let timed = try Program.run("benchmark", "resample", "1", "8,8,8", "1,1,1", "1,.5,.5", "--json")
    #expect(timed.json?["shape_out"]?.ints == [1, 8, 16, 16])
  }
}
