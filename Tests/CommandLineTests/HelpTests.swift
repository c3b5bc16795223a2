import Foundation
import Testing

/// The help of every subcommand, compared with `Fixtures/help`; `Fixtures/update.sh` writes it anew after an intended change.
struct HelpTests {
  static let commands: [[String]] = [
    [], ["demo"], ["info"], ["check"], ["convert"], ["dicom"], ["fingerprint"], ["plan"],
    ["preprocess"],
    ["train"], ["predict"], ["ensemble"], ["evaluate"], ["accumulate"], ["find-best"],
    ["postprocess"], ["resample"], ["register"], ["register", "images"], ["register", "cohort"],
    ["register", "case"], ["warp"], ["normalise"], ["roi"],
    ["roi", "dilate"], ["roi", "erode"],
    ["roi", "open"], ["roi", "close"], ["roi", "shell"], ["roi", "components"], ["roi", "fill"],
    ["roi", "smooth"], ["roi", "boolean"], ["roi", "crop"], ["roi", "distance"], ["roi", "fuse"],
    ["roi", "recipe"],
    ["roi", "check"], ["raters"],
    ["raters", "agreement"],
    ["raters", "consensus"], ["raters", "icc"], ["raters", "simulate"], ["raters", "perturb"],
    ["upscale"], ["upscale", "train"], ["upscale", "apply"], ["upscale", "evaluate"],
    ["model"], ["model", "info"],
    ["model", "import"], ["model", "export"], ["model", "logits"],
    ["benchmark"], ["benchmark", "train"], ["benchmark", "predict"], ["benchmark", "resample"],
    ["benchmark", "distances"],
  ]

  @Test(arguments: commands) func helpIsAsWritten(_ command: [String]) throws {
    let result = try Program.run(command + ["--help"])
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    let name = (["delineate"] + command).joined(separator: "-")
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/help/\(name).txt")
    #expect(try result.output == String(contentsOf: file, encoding: .utf8))
  }

  @Test(arguments: commands.dropFirst()) func everyCommandIsInTheRootsHelp(_ command: [String])
    throws
  {
    let root = try Program.run("--help")
    #expect(root.output.contains("\n  \(command[0])"))
  }

  @Test func versionIsPrinted() throws {
    let result = try Program.run("--version")
    #expect(result.status == 0)
    #expect(result.output == "0.1.0\n")
  }
}
