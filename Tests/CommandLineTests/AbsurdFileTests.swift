import Foundation
import JSONDocuments
import TestSupport
import Testing

/// Numbers that make no sense end in one line that names file and field, at every step that reads
/// them.
struct AbsurdFileTests {
  /// Puts a number in place of what stands at a path of names in a file.
  private func edit(_ path: String, _ names: [String], _ value: JSONValue) throws {
    func replaced(_ document: JSONValue, _ names: ArraySlice<String>) throws -> JSONValue {
      guard let name = names.first else { return value }
      var object = try #require(document.object)
      object[name] = try replaced(object[name] ?? .null, names.dropFirst())
      return .object(object)
    }
    let document = try replaced(try JSONValue(contentsOf: path), names[...])
    try document.text().write(toFile: path, atomically: true, encoding: .utf8)
  }

  private func expectOneLine(_ outcome: Program.Outcome, naming parts: [String]) {
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    let line = outcome.errorLines.last ?? ""
    #expect(line.hasPrefix("error: "), "\(outcome.errors)")
    for part in parts { #expect(line.contains(part), "\(line)") }
  }

  @Test func planning() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    #expect(
      try Program.run("plan", dataset.path, "--workspace", workspace, "--quiet").status == 0)
    let (fingerprint, preset) = (
      "\(workspace)/dataset_fingerprint.json", dataset.folder.path + "/mine.json"
    )
    let presets =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path + "/Plans/planner/default.json"
    func plan() throws -> Program.Outcome {
      try Program.run(
        "plan", "--fingerprint", fingerprint, "--dataset-json", "\(dataset.path)/dataset.json",
        "--preset", preset, "--output", dataset.folder.path + "/plans.json", "--quiet")
    }
    for (field, value) in [
      ("first_features", 4_000_000_000), ("reference_cost_3d", -1),
      ("target_memory_gb", .number(.nan)),
      ("encoder_depths", [1_000_000]),
    ] as [(String, JSONValue)] {
      try? FileManager.default.removeItem(atPath: preset)
      try FileManager.default.copyItem(atPath: presets, toPath: preset)
      try edit(preset, [field], value)
      expectOneLine(try plan(), naming: [preset, field])
    }
    try? FileManager.default.removeItem(atPath: preset)
    try FileManager.default.copyItem(atPath: presets, toPath: preset)
    #expect(try plan().status == 0)
    try edit(fingerprint, ["spacings"], .array(Array(repeating: [1e-300, 1, 1], count: 6)))
    expectOneLine(try plan(), naming: [fingerprint, "spacings[0]", "1e-300"])
  }

  @Test func trainingAndPrediction() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace)
    let plans = "\(workspace)/plans.json"
    let good = try String(contentsOfFile: plans, encoding: .utf8)
    let training = [
      "train", dataset.path, "--workspace", workspace, "--fold", "all", "--epochs", "1",
      "--iterations", "1", "--quiet",
    ]
    #expect(try Program.run(training).status == 0)
    let configuration = ["configurations", "3d_fullres"]
    let arguments = configuration + ["architecture", "arch_kwargs"]
    let edits: [([String], JSONValue)] = [
      (configuration + ["spacing"], [1e-300, 1, 1]),
      (configuration + ["patch_size"], [1_000_000_000, 1_000_000_000, 1_000_000_000]),
      (configuration + ["batch_size"], -3),
      (configuration + ["median_image_size_in_voxels"], [1e18, 20, 20]),
      (arguments + ["features_per_stage"], [1_000_000_000_000, 8]),
    ]
    let model = "\(workspace)/models/3d_fullres"
    for (names, value) in edits {
      let field = try #require(names.last)
      try good.write(toFile: plans, atomically: true, encoding: .utf8)
      try edit(plans, names, value)
      expectOneLine(try Program.run(training), naming: [plans, field])
      try good.write(toFile: plans, atomically: true, encoding: .utf8)

      try good.write(toFile: "\(model)/plans.json", atomically: true, encoding: .utf8)
      try edit("\(model)/plans.json", names, value)
      let predicted = try Program.run(
        "predict", "--model", model, "--input", "\(dataset.path)/imagesTs", "--output",
        dataset.folder.path + "/masks", "--quiet")
      expectOneLine(predicted, naming: ["\(model)/plans.json", field])
    }
    // What no rule forbids but no memory holds.
    try good.write(toFile: plans, atomically: true, encoding: .utf8)
    try edit(plans, configuration + ["batch_size"], .integer(1 << 24))
    expectOneLine(try Program.run(training), naming: ["MiB of memory", "--batch-size"])
  }
}
