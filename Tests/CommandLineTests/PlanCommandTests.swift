import Foundation
import JSONDocuments
import TestSupport
import Testing

/// `delineate plan` without images: presets, memory, spacing.
@Suite struct PlanCommandTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  private static let cohort = root + "/Tests/PlanningTests/Fixtures/liver_ct"

  private func plan(_ more: String..., output: String) throws -> Program.Outcome {
    try Program.run(
      [
        "plan", "--fingerprint", Self.cohort + "/dataset_fingerprint.json", "--dataset-json",
        Self.cohort + "/dataset.json", "--output", output, "--json",
      ] + more)
  }

  @Test func anEditedCopyOfAPresetNamesItsPlans() throws {
    let folder = try TemporaryFolder()
    let (preset, output) = ("\(folder.path)/mine.json", "\(folder.path)/plans.json")
    let original = try JSONValue(contentsOf: Self.root + "/Plans/planner/resenc-m.json")
    var edited = try #require(original.object)
    edited["plans_name"] = "MyPlans"
    edited["shared_data_name"] = .null
    edited["first_features"] = 16
    try JSONValue.object(edited).text().write(toFile: preset, atomically: true, encoding: .utf8)
    let outcome = try plan("--preset", preset, output: output)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let plan = try JSONValue(contentsOf: output)
    #expect(plan == outcome.json?["plan"])
    #expect(plan["plans_name"] == "MyPlans")
    let full = try #require(plan["configurations"]?["3d_fullres"])
    #expect(full["data_identifier"] == "MyPlans_3d_fullres")
    #expect(
      full["architecture"]?["arch_kwargs"]?["features_per_stage"]?.ints?.prefix(2) == [16, 32])
    let named = try self.plan("--preset", preset, "--plans-name", "Others", output: output)
    #expect(named.json?["plan"]?["plans_name"] == "Others")

    edited["encoder_depths"] = []
    try JSONValue.object(edited).text().write(toFile: preset, atomically: true, encoding: .utf8)
    let refused = try self.plan("--preset", preset, output: output)
    #expect(refused.status == 1 && refused.output.isEmpty && refused.errorLines.count == 1)
    #expect(refused.errors.contains("\(preset): field \"encoder_depths\": expected a list of"))
    #expect(try JSONValue(contentsOf: output)["plans_name"] == "Others")
  }

  @Test func memoryAndSpacingAreHeeded() throws {
    let folder = try TemporaryFolder()
    let output = "\(folder.path)/plans.json"
    let outcome = try plan("--memory", "3", "--spacing", "0.9,1.2,3.1", output: output)
    let full = try #require(outcome.json?["plan"]?["configurations"]?["3d_fullres"])
    #expect(full["spacing"]?.doubles == [3.1, 1.2, 0.9])
    let whole = try plan("--spacing", "0.9,1.2,3.1", output: output)
    let larger = try #require(whole.json?["plan"]?["configurations"]?["3d_fullres"])
    let voxels = { (value: JSONValue) in value["patch_size"]?.ints?.reduce(1, *) ?? 0 }
    #expect(voxels(full) < voxels(larger))
    for arguments in [
      ["--spacing", "1,2"], ["--spacing", "1,0,1"], ["--spacing", "nan,1,1"], ["--memory", "-1"],
      ["--plans-name", "a/b"],
    ] {
      let refused = try plan(arguments[0], arguments[1], output: output)
      #expect(refused.status == 64, "\(arguments)")
    }
    let absurd = try plan("--spacing", "1,1,1e-7", output: output)
    #expect(absurd.status == 1 && absurd.errorLines.count == 1)
    #expect(absurd.errors.contains("at a spacing of [1e-07, 1.0, 1.0] mm (z, y, x)"))
  }

  /// A preset in a file is found again by a later command from another folder.
  @Test func aWorkspaceRemembersHowItWasPlanned() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    let planned = try Program.run(
      "plan", dataset.path, "--workspace", workspace, "--memory", "2", "--spacing", "1.5,1.5,1.5",
      "--plans-name", "Mine")
    #expect(planned.status == 0, "\(planned.errors)")
    let record = try JSONValue(contentsOf: workspace + "/workspace.json")["plan"]
    #expect(record?["memory"]?.double == 2 && record?["plans_name"] == "Mine")
    #expect(record?["spacing"]?.doubles == [1.5, 1.5, 1.5])
    let plan = try JSONValue(contentsOf: workspace + "/plans.json")
    #expect(plan["configurations"]?["3d_fullres"]?["spacing"]?.doubles == [1.5, 1.5, 1.5])
  }
}
