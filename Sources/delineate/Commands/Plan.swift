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
      A preset of your own is an edited copy of a file of Plans/planner, given by its path; its \
      plans_name names the plans.
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

  @Option(
    help: ArgumentHelp(
      "Spacing of full resolution in mm, in place of the one derived from the cases.",
      valueName: "x,y,z"))
  var spacing: Triple<Double>?

  @Option(
    help: ArgumentHelp(
      """
      Take over the plan of a model, of a plans.json or of nnU-Net's checkpoint instead of planning, \
      so that training can start from its weights.
      """,
      valueName: "folder|file"))
  var like: String?

  @Option(
    help: ArgumentHelp("Name of the plans in place of the preset's.", valueName: "name"))
  var plansName: String?

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
    if let spacing, !spacing.numbers.allSatisfy({ $0 > 0 && $0.isFinite }) {
      throw ValidationError("--spacing must be three numbers of mm above 0, such as 0.8,0.8,3")
    }
    if like != nil, preset != nil || memory != nil || spacing != nil {
      throw ValidationError(
        "--like takes a plan as it is; leave out --preset, --memory and --spacing")
    }
    if let plansName, plansName.isEmpty || plansName.contains("/") || plansName.hasPrefix(".") {
      throw ValidationError(
        "--plans-name must be a name without / that does not begin with a point")
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
    // Plans, as arrays, are z, y, x.
    settings.spacing = spacing.map { [$0.z, $0.y, $0.x] }
    settings.plansName = plansName
    settings.model = like
    let plan: SegmentationPlan
    let path: String
    if let workspace {
      let place = Workspace(
        workspace, observer: console.observer, variables: environmentVariables())
      plan = try place.plan(for: place.dataset(dataset), settings: settings)
      path = place.planPath
    } else {
      let description = try DatasetDescription(contentsOf: datasetJson ?? "")
      plan = try settings.plan(
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
