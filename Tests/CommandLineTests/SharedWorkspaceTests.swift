import Foundation
import JSONDocuments
import TestSupport
import Testing

/// Two programs in one workspace.
struct SharedWorkspaceTests {
  @Test func twoFoldsStartedAtOnce() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace)
    func training(_ fold: Int) -> [String] {
      [
        "train", dataset.path, "--workspace", workspace, "--fold", "\(fold)", "--epochs", "1",
        "--iterations", "2", "--validation-iterations", "1",
      ]
    }
    let runs = try (0..<2).map { try Program.Run(training($0)) }
    let outcomes = try runs.map { try $0.end() }
    for outcome in outcomes { #expect(outcome.status == 0, "\(outcome.errors)") }
    let lines = outcomes.flatMap(\.errorLines)
    #expect(lines.filter { $0.contains("preprocessing") }.count == 1)
    #expect(lines.filter { $0.contains("splitting") }.count == 1)
    let state = try JSONValue(contentsOf: "\(workspace)/workspace.json")
    for field in ["dataset", "checked", "fingerprint", "plan"] {
      #expect(state[field] != nil, "\(field)")
    }
    #expect(state["preprocessed"]?.object?.names == ["3d_fullres"])
    for fold in 0..<2 {
      let path = "\(workspace)/models/3d_fullres/fold_\(fold)"
      #expect(FileManager.default.fileExists(atPath: path + "/checkpoint_final.safetensors"))
      #expect(FileManager.default.fileExists(atPath: path + "/validation/summary.json"))
    }
    #expect(
      FileManager.default.fileExists(atPath: "\(workspace)/models/3d_fullres/plans.json"))
  }

  @Test func oneFoldStartedTwiceIsRefused() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace)
    let arguments = [
      "train", dataset.path, "--workspace", workspace, "--fold", "0", "--epochs", "100000",
      "--iterations", "3", "--validation-iterations", "1",
    ]
    let first = try Program.Run(arguments)
    let fold = "\(workspace)/models/3d_fullres/fold_0"
    while !FileManager.default.fileExists(atPath: fold + "/training_log.jsonl"),
      first.process.isRunning
    {
      Thread.sleep(forTimeInterval: 0.002)
    }
    let second = try Program.run(arguments)
    #expect(second.status == 1)
    #expect(
      second.errorLines.last?.hasPrefix("error: \(fold): is being trained by another") == true)
    // The first one goes on; killed, it lets the next one in.
    #expect(first.process.isRunning)
    kill(first.process.processIdentifier, SIGKILL)
    _ = try first.end()
    #expect(!FileManager.default.fileExists(atPath: fold + ".earlier-1"))
    let third = try Program.run(
      arguments.map { $0 == "100000" ? "1" : $0 })
    #expect(third.status == 0, "\(third.errors)")
  }
}
