import ArgumentParser
import Datasets
import Evaluation
import JSONDocuments
import Training
import VolumeFiles
import Volumes
import Workspaces

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Scores masks against references: overlap, surface distances, lesions.",
    discussion: """
      Writes nnU-Net's summary.json; prints mean and standard deviation per label and cohort. \
      Where a structure is in one mask only, its distances are infinite and left out of means, and \
      their number is shown; where it is in neither, nothing is defined.
      """
  )

  @Option(help: ArgumentHelp("Folder of the references.", valueName: "folder"))
  var reference: String

  @Option(
    help: ArgumentHelp(
      "Folder of the masks to score, named like the references.", valueName: "folder"))
  var prediction: String

  @Option(help: ArgumentHelp("Labels to score, such as 1,2.", valueName: "list"))
  var labels: LabelList?

  @Option(help: ArgumentHelp("The dataset.json that names labels or regions.", valueName: "file"))
  var datasetJson: String?

  @Option(help: ArgumentHelp("A CSV table with the columns case and cohort.", valueName: "file"))
  var cohorts: String?

  @Option(help: ArgumentHelp("The summary.json to write.", valueName: "file"))
  var output: String?

  @OptionGroup var shapes: ShapeOptions

  @Option(
    help: ArgumentHelp(
      "How the files' names end; by default the dataset.json's, or .nii.gz.", valueName: "ending"))
  var fileEnding: String?

  @Flag(help: "Score what is there although some references have no prediction.")
  var allowMissing = false

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard (labels == nil) != (datasetJson == nil) else {
      throw ValidationError("give either --labels or --dataset-json, to say what to score")
    }
  }

  func run() throws {
    let console = common.start()
    var ending = fileEnding ?? ".nii.gz"
    var evaluator = OverlapEvaluator(
      structures: (labels?.labels ?? []).map { .label($0) })
    var names: [Structure: String] = [:]
    if let datasetJson {
      let description = try DatasetDescription(contentsOf: datasetJson)
      evaluator = description.labels.evaluator
      names = description.labels.structureNames
      ending = fileEnding ?? description.fileEnding ?? ending
    }
    shapes.configure(&evaluator)
    let cohorts = try cohorts.map { try CohortList(contentsOf: $0).cohorts } ?? [:]
    let summary = try evaluator.evaluate(
      EvaluationFolders(
        reference: reference, prediction: prediction, fileEnding: ending,
        missingPredictions: allowMissing ? .allow : .refuse)
    ) { try LabelMap(contentsOf: $0) }
    if let output { try summary.write(to: output) }
    let table = CohortTable(summary, cohorts: cohorts)
    if let path = shapes.caseCsv {
      try writeTable(summary.caseTable(names: names, cohorts: cohorts), to: path)
    }
    if let path = shapes.cohortCsv { try writeTable(table.scoreTable(names: names), to: path) }
    console.result(
      [
        "foreground_mean_dice": finite(summary.foregroundMean(.dice)),
        "cases": .integer(summary.cases.count), "cohorts": table.document(names: names),
        "summary": output.map { .string($0) } ?? .null,
      ], text: table.textTable(names: names, detail: shapes.intervals ? .intervals : .deviations))
  }
}

/// What counts as the surface of a mask.
enum SurfaceChoice: String, ExpressibleByArgument, CaseIterable {
  case elements
  case borderVoxels = "border-voxels"

  var definition: SurfaceDefinition {
    switch self {
    case .elements: .elements
    case .borderVoxels: .borderVoxels
    }
  }
}

/// What to score beside overlap, and where to write it.
struct ShapeOptions: ParsableArguments {
  @Flag(
    help: """
      Also the distances of surfaces: HD95, ASSD and NSD (surface Dice), and differences of volume.
      """)
  var surface = false

  @Option(
    help: ArgumentHelp(
      "Distance up to which a surface counts as right in the NSD; 1 by default.", valueName: "mm"))
  var tolerance: Double?

  @Option(
    help: ArgumentHelp(
      """
      What counts as surface: elements between voxels by their area (DeepMind; the default), or the \
      mask's outermost voxels, all alike (MONAI, MedPy).
      """, valueName: "elements|border-voxels"))
  var surfaceDefinition: SurfaceChoice?

  @Flag(
    help: """
      Also lesions found, invented and missed. A lesion is a connected component (26 neighbours); \
      one of the reference and one of the prediction match if their intersection over union \
      exceeds the threshold, the best pair first, each once.
      """)
  var lesions = false

  @Option(
    help: ArgumentHelp(
      "Intersection over union that a matched lesion exceeds; 0.1 by default.", valueName: "share"))
  var lesionThreshold: Double?

  @Flag(help: "Print the 95 % bootstrap intervals of the means over cases.")
  var intervals = false

  @Option(help: ArgumentHelp("A CSV table to write, a line per case and label.", valueName: "file"))
  var caseCsv: String?

  @Option(
    help: ArgumentHelp(
      "A CSV table to write, a line per cohort, label and figure, with median and intervals.",
      valueName: "file"))
  var cohortCsv: String?

  func validate() throws {
    if let tolerance {
      guard surface else { throw ValidationError("--tolerance needs --surface") }
      guard tolerance >= 0, tolerance.isFinite else {
        throw ValidationError("--tolerance must be at least 0 mm, not \(tolerance)")
      }
    }
    if surfaceDefinition != nil, !surface {
      throw ValidationError("--surface-definition needs --surface")
    }
    if let lesionThreshold {
      guard lesions else { throw ValidationError("--lesion-threshold needs --lesions") }
      guard 0..<1 ~= lesionThreshold else {
        throw ValidationError(
          "--lesion-threshold must be from 0 to below 1, not \(lesionThreshold)")
      }
    }
  }

  /// Makes an evaluator score what is asked for.
  func configure(_ evaluator: inout OverlapEvaluator) {
    if surface {
      var settings = SurfaceSettings(tolerance: tolerance ?? 1)
      if let surfaceDefinition { settings.definition = surfaceDefinition.definition }
      evaluator.surface = settings
    }
    if lesions {
      var settings = LesionSettings()
      if let lesionThreshold { settings.threshold = lesionThreshold }
      evaluator.lesion = settings
    }
  }
}
