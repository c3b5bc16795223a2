import ArgumentParser
import JSONDocuments
import Planning
import Workspaces

struct FingerprintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fingerprint",
    abstract: "Measures extents, spacings and intensities of a dataset, for the planner.")

  @Argument(help: "The dataset; by default the workspace's.")
  var dataset: String?

  @OptionGroup var place: WorkspaceOptions
  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    let workspace = place.open(console)
    let fingerprint = try workspace.fingerprint(of: workspace.dataset(dataset))
    console.result(
      [
        "path": .string(workspace.fingerprintPath),
        "cases": .integer(fingerprint.spacings.count), "fingerprint": fingerprint.document,
      ], text: "\(workspace.fingerprintPath)\n")
  }
}
