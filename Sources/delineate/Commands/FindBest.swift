import ArgumentParser
import Datasets
import Evaluation
import FileOutput
import FoundationEssentials
import Inference
import JSONDocuments
import ModelSelection
import Training
import Workspaces

struct FindBest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "find-best",
    abstract: "Finds the best of several trained models, and how its masks are post-processed.",
    discussion: """
      Every model's validation masks of all folds are gathered in crossval_results_folds_... in its \
      folder and scored; the highest mean Dice wins; averages of pairs of models compete too. \
      Keeping only the largest component, of everything or of single labels, is then tried on the \
      winner and kept where it helps. The rules are nnU-Net's, whose results folders serve too. \
      Writes postprocessing.json beside the winner's gathered masks, and \
      inference_instructions.txt with the commands for new images.
      """)

  @OptionGroup var models: ComparedModels

  @Option(
    help: ArgumentHelp(
      "Folder for inference_information.json and inference_instructions.txt; by default the one "
        + "that holds the first model.", valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Whether pairs of models compete: auto, if the folds have saved probabilities; predict, after "
        + "predicting those that are missing from the workspace's images; off.",
      valueName: "auto|predict|off"))
  var ensembles = EnsembleChoice.auto

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if ensembles == .predict, models.reference != nil {
      throw ValidationError(
        "--ensembles predict takes images and references from the workspace; leave --reference out")
    }
  }

  func run() throws {
    let console = common.start()
    let folders = try models.open(console)
    let references: References
    if ensembles == .predict {
      let dataset = try models.dataset()
      references = References(of: dataset)
      for folder in folders where folders.count > 1 {
        try CrossValidation(of: folder, folds: models.folds.folds, references: references)
          .predictMissingProbabilities(from: dataset, observer: console.observer)
      }
    } else {
      references = try models.references()
    }
    let best = try BestConfiguration(
      of: folders, folds: models.folds.folds, references: references,
      ensembles: ensembles == .off ? .none : .ofSavedProbabilities, observer: console.observer)
    let output = output ?? enclosingFolder(of: folders[0].path)
    try best.writeInstructions(to: output)
    let names = best.winner.models[0].description.labels.structureNames
    let steps = best.decision.postprocessing.steps.map { names[$0] ?? $0.key }
    let after = best.decision.after.foregroundMean(.dice)
    var text = aligned(
      [["Model", "Mean Dice"]] + best.candidates.map { [$0.name, fixed($0.score, 5)] })
    text += "best: \(best.winner.name)\n"
    text +=
      steps.isEmpty
      ? "post-processing: none helps\n"
      : "post-processing: largest component of \(steps.joined(separator: ", then of ")); mean Dice "
        + "\(fixed(after, 5))\n"
    console.result(
      [
        "results": .array(
          best.candidates.map { ["model": .string($0.name), "dice": finite($0.score)] }),
        "best": .string(best.winner.name), "dice": finite(best.winner.score),
        "dice_after_postprocessing": finite(after),
        "postprocessing": .string(best.postprocessingPath),
        "steps": .array(best.decision.postprocessing.steps.map { .string($0.key) }),
        "instructions": .string("\(output)/\(BestConfiguration.instructionsFileName)"),
      ], text: text + "\n" + best.instructions)
  }
}

/// Whether pairs of models are compared too.
enum EnsembleChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, predict, off
}

/// Which models and folds, and where the references are.
struct ComparedModels: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Folders of trained configurations, of this program or of nnU-Net.", valueName: "folder"))
  var model: [String] = []

  @Option(
    help: ArgumentHelp(
      "A workspace: all its trained configurations, and its dataset's labels.", valueName: "folder")
  )
  var workspace: String?

  @Option(
    help: ArgumentHelp(
      "Folder of the references, labelsTr; not needed for the models of a workspace.",
      valueName: "folder"))
  var reference: String?

  @Option(help: ArgumentHelp("Folds to gather.", valueName: "list"))
  var folds = FoldList((0..<5).map { .number($0) })

  func validate() throws {
    guard model.isEmpty != (workspace == nil) else {
      throw ValidationError("give either --model or --workspace")
    }
    guard Set(folds.folds).count == folds.folds.count else {
      throw ValidationError("--folds names a fold twice")
    }
  }

  /// nnU-Net's order of configurations, which decides between equal scores.
  private static let configurations = ["2d", "3d_fullres", "3d_lowres", "3d_cascade_fullres"]

  /// The models; of a workspace those that are trained.
  func open(_ console: Console) throws -> [ModelFolder] {
    guard let workspace else { return try model.map { try ModelFolder($0) } }
    let space = Workspace(workspace)
    // One that is there but damaged is an error, not a model that takes no part.
    let found = try Self.configurations.map(space.modelFolder)
      .filter { FileManager.default.fileExists(atPath: "\($0)/plans.json") }
      .map { try ModelFolder($0) }
    guard !found.isEmpty else {
      throw ModelSelectionError.file(
        path: workspace, problem: "holds no trained models; train one, or give --model")
    }
    for name in Self.configurations
    where !found.contains(where: { $0.path == space.modelFolder(name) }) {
      console.message("\(name) is not trained and takes no part")
    }
    return found
  }

  /// The references: the folder, or the labels of the workspace's dataset.
  func references() throws -> References {
    if let reference { return .folder(reference) }
    return References(of: try dataset())
  }

  /// The dataset of the workspace, given or around the first model.
  func dataset() throws -> Dataset {
    let folder = workspace ?? enclosingFolder(of: enclosingFolder(of: model[0]))
    let space = Workspace(folder, variables: environmentVariables())
    do throws(WorkspaceError) { return try space.dataset(nil) } catch {
      if case .noDataset = error {
        throw ModelSelectionError.file(
          path: model.first ?? folder,
          problem:
            "lies in no workspace that knows its dataset; give --reference, the folder labelsTr"
        )
      }
      throw error
    }
  }
}
