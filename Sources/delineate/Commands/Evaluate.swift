import ArgumentParser
import Datasets
import Evaluation
import JSONDocuments
import VolumeFiles
import Volumes
import Workspaces

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Scores masks against references: Dice, intersection over union, voxel counts.",
    discussion:
      "Writes nnU-Net's summary.json; prints mean and standard deviation per label and cohort."
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
    let cohorts = try cohorts.map { try CohortList(contentsOf: $0).cohorts } ?? [:]
    let summary = try evaluator.evaluate(
      EvaluationFolders(
        reference: reference, prediction: prediction, fileEnding: ending,
        missingPredictions: allowMissing ? .allow : .refuse)
    ) { try LabelMap(contentsOf: $0) }
    if let output { try summary.write(to: output) }
    let table = CohortTable(summary, cohorts: cohorts)
    console.result(
      [
        "foreground_mean_dice": finite(summary.foregroundMean(.dice)),
        "cases": .integer(summary.cases.count), "cohorts": table.document(names: names),
        "summary": output.map { .string($0) } ?? .null,
      ], text: table.textTable(names: names))
  }
}

extension CohortTable {
  /// The rows as objects.
  func document(names: [Structure: String]) -> JSONValue {
    .array(
      rows.map { row in
        [
          "cohort": .string(row.cohort), "structure": .string(row.structure.key),
          "name": .string(names[row.structure] ?? row.structure.key),
          "cases": .integer(row.cases), "defined_cases": .integer(row.definedCases),
          "dice_mean": finite(row.dice.mean), "dice_sd": finite(row.dice.standardDeviation),
          "iou_mean": finite(row.intersectionOverUnion.mean),
          "iou_sd": finite(row.intersectionOverUnion.standardDeviation),
        ]
      })
  }
}
