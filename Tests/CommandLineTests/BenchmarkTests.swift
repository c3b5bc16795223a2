import Foundation
import JSONDocuments
import TestSupport
import Testing

/// What is measured is the network that would be trained.
struct BenchmarkTests {
  /// A plan with a cascade, and a description of two structures whose labels have a gap.
  private func files(edge: Int = 8) throws -> (folder: TemporaryFolder, network: [String]) {
    let folder = try TemporaryFolder()
    var plan = TinyPlan()
    plan.patch = [edge, edge, edge]
    plan.firstStageSpacing = [2, 2, 2]
    let (plans, description) = ("\(folder.path)/plans.json", "\(folder.path)/dataset.json")
    try plan.document.text().write(toFile: plans, atomically: true, encoding: .utf8)
    try #"{"channel_names": {"0": "MR"}, "labels": {"background": 0, "a": 1, "b": 7}}"#.write(
      toFile: description, atomically: true, encoding: .utf8)
    return (folder, ["--plans", plans, "--dataset-json", description, "--json"])
  }

  /// One image, and in the second stage a mask of each structure.
  @Test(arguments: [("3d_fullres", 1), ("3d_lowres", 1), ("3d_cascade_fullres", 3)])
  func cascadesReadTheMasksOfTheFirstStage(configuration: String, channels: Int) throws {
    let files = try files()
    let network = files.network + ["--configuration", configuration]
    let trained = try Program.run(
      ["benchmark", "train", "--steps", "1", "--warm-up", "0"] + network)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.json?["input_channels"]?.int == channels)
    let predicted = try Program.run(
      ["benchmark", "predict", "--size", "9,8,10", "--no-mirroring"] + network)
    #expect(predicted.status == 0, "\(predicted.errors)")
    #expect(predicted.json?["input_channels"]?.int == channels)
  }

  /// What no memory holds is refused, not tried.
  @Test func absurdSizesAreOneLine() throws {
    let files = try files(edge: 128)
    for arguments in [
      ["train", "--batch-size", "1000000"], ["predict", "--size", "100000,100000,100000"],
    ] {
      let outcome = try Program.run(["benchmark"] + arguments + files.network)
      #expect(outcome.status == 1 && outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("MiB of memory"))
    }
    for arguments in [["--batch-size", "1000001"], ["--steps", "0"], ["--warm-up", "-1"]] {
      let outcome = try Program.run(["benchmark", "train"] + arguments + files.network)
      #expect(outcome.status == 64, "\(arguments)")
    }
    let empty = "\(files.folder.path)/empty.json"
    try #"{"channel_names": {"0": "MR"}, "labels": {"background": 0}}"#.write(
      toFile: empty, atomically: true, encoding: .utf8)
    let nothing = try Program.run(
      "benchmark", "train", "--plans", files.network[1], "--dataset-json", empty)
    #expect(nothing.status == 1 && nothing.errors.hasPrefix("error: \(empty): field \"labels\""))
  }

  @Test func distances() throws {
    let outcome = try Program.run(
      "benchmark", "distances", "--size", "40,40,20", "--spacing", "1,1,2", "--mm", "3", "--rounds",
      "1", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    // An ellipsoid of half the lengths: pi / 6 of 20 × 20 × 10 voxels.
    let voxels = try #require(outcome.json?["mask_voxels"]?.int)
    #expect(abs(Double(voxels) - 2094) < 60)
    #expect(try #require(outcome.json?["dilated_voxels"]?.int) > voxels)
    #expect(try Program.run("benchmark", "distances").status == 64)
    #expect(try Program.run("benchmark", "distances", "--size", "0,1,1").status == 64)
  }
}
