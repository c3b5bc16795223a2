import ArgumentParser
import Datasets
import JSONDocuments
import Planning
import Workspaces

struct Plan: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Derives resolutions, patches, batches and networks from a dataset's fingerprint.",
    discussion: """
      Give a dataset and a workspace; or, without images at hand, --fingerprint, --dataset-json and \
      --output. Spacings and sizes in plans are z,y,x as in nnU-Net.
      """)

  @Argument(help: "The dataset; by default the workspace's.")
  var dataset: String?

  @Option(help: ArgumentHelp("The workspace.", valueName: "folder"))
  var workspace: String?

  @Option(
    help: ArgumentHelp(
      "Planner: \(PlannerPreset.names.joined(separator: ", ")), or a .json file.",
      valueName: "name"))
  var preset: String?

  @Option(
    help: ArgumentHelp("Memory to plan for in place of the preset's.", valueName: "gb"))
  var memory: Double?

  @Option(help: ArgumentHelp("A dataset_fingerprint.json to plan from.", valueName: "file"))
  var fingerprint: String?

  @Option(help: ArgumentHelp("The dataset.json to plan for.", valueName: "file"))
  var datasetJson: String?

  @Option(help: ArgumentHelp("The dataset's name in the plan.", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("The plans.json to write.", valueName: "file"))
  var output: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if let memory, !(memory > 0) {
      throw ValidationError("--memory must be a number of GB above 0, not \(memory)")
    }
    if workspace != nil {
      guard fingerprint == nil, datasetJson == nil, output == nil, name == nil else {
        throw ValidationError(
          "give either --workspace, or --fingerprint with --dataset-json and --output")
      }
    } else {
      guard fingerprint != nil, datasetJson != nil, output != nil, dataset == nil else {
        throw ValidationError(
          "give DATASET with --workspace, or --fingerprint with --dataset-json and --output")
      }
    }
  }

  func run() throws {
    let console = common.start()
    var settings = PlanSettings()
    if let preset { settings.preset = preset }
    settings.memory = memory
    let plan: SegmentationPlan
    let path: String
    if let workspace {
      let place = Workspace(
        workspace, observer: console.observer, variables: environmentVariables())
      plan = try place.plan(for: place.dataset(dataset), settings: settings)
      path = place.planPath
    } else {
      let description = try DatasetDescription(contentsOf: datasetJson ?? "")
      plan = try Planner(preset: settings.load()).plan(
        for: Fingerprint(contentsOf: fingerprint ?? ""), description: description,
        name: name ?? description.document["name"]?.string ?? "Dataset")
      path = output ?? ""
      try plan.write(to: path)
    }
    var rows = [["configuration", "spacing", "median size", "patch", "batch", "stages"]]
    for name in plan.configurationNames {
      let c = try plan.configuration(name)
      rows.append([
        name, c.spacing.map { fixed($0, 3) }.joined(separator: " "),
        c.medianShape.map { fixed($0, 0) }.joined(separator: " "),
        c.patchSize.map(String.init).joined(separator: " "), "\(c.batchSize)",
        "\(c.architecture.stages)",
      ])
    }
    console.result(
      ["path": .string(path), "plan": plan.document],
      text: aligned(rows) + "\(path) (z, y, x)\n")
  }
}
