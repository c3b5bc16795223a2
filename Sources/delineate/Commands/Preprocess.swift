import ArgumentParser
import Datasets
import JSONDocuments
import Workspaces

struct Preprocess: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Crops, normalises and resamples the cases for one configuration.",
    discussion: "Checks, fingerprint and plan are made first where they are missing or out of date."
  )

  @Argument(help: "The dataset; by default the workspace's.")
  var dataset: String?

  @OptionGroup var place: WorkspaceOptions

  @Option(help: ArgumentHelp("A configuration of the plan.", valueName: "name"))
  var configuration = "3d_fullres"

  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    let workspace = place.open(console)
    let dataset = try workspace.dataset(dataset)
    _ = try workspace.preprocess(dataset, configuration: configuration)
    let folder = workspace.preprocessedFolder(configuration)
    console.result(
      ["path": .string(folder), "cases": .integer(dataset.cases.count)], text: "\(folder)\n")
  }
}
