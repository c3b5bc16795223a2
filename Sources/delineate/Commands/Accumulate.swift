import ArgumentParser
import Datasets
import Evaluation
import FoundationEssentials
import Inference
import JSONDocuments
import ModelSelection
import Training
import Workspaces

struct Accumulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Gathers the validation masks of a model's folds and scores them together.",
    discussion: """
      Writes the masks, plans.json, dataset.json and a summary.json over all cases to \
      crossval_results_folds_... in the model's folder, in place of what an earlier run wrote, or \
      to --output.
      """)

  @OptionGroup var models: ComparedModels

  @Option(
    help: ArgumentHelp("Another folder for one model; it must be empty.", valueName: "folder"))
  var output: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if output != nil, models.model.count != 1 {
      throw ValidationError("--output needs exactly one --model")
    }
  }

  func run() throws {
    let console = common.start()
    if let output, !((try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []).isEmpty {
      throw ModelSelectionError.file(
        path: output, problem: "is not empty; give another folder, so that nothing is lost")
    }
    let references = try models.references()
    var documents: [JSONValue] = []
    var text = ""
    for folder in try models.open(console) {
      let validation = try CrossValidation(
        of: folder, folds: models.folds.folds, references: references)
      let summary = try validation.gather(into: output)
      let names = folder.description.labels.structureNames
      let table = CohortTable(summary)
      let target = output ?? validation.gatheredFolder
      documents.append([
        "model": .string(folder.path), "output": .string(target),
        "cases": .integer(summary.cases.count),
        "foreground_mean_dice": finite(summary.foregroundMean(.dice)),
        "cohorts": table.document(names: names),
      ])
      text += "\(target)\n\(table.textTable(names: names))"
    }
    console.result(["models": .array(documents)], text: text)
  }
}
