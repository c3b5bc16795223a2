import ArgumentParser
import Datasets
import Evaluation
import Inference
import JSONDocuments
import Training
import Workspaces

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a network and scores it on the validation cases of its fold.",
    discussion: """
      Check, fingerprint, plan and preprocessing are done first where they are missing or out of \
      date. Ctrl-C finishes the step and saves; --resume goes on, bit for bit, with the options of \
      the run: its learning rates belong to its number of epochs, and more of them are another run.

      Fine-tuning: --pretrained starts from the weights of an earlier model, whose network must be \
      the plan's; its heads are taken over where they stand for the same labels. The learning rate \
      falls over all --epochs, also where --patience ends the run early.

      The second stage of a cascade (3d_cascade_fullres) learns from the masks that the networks of \
      the first (3d_lowres) make of cases they have not seen: train all folds of the first before it.
      """)

  @Argument(help: "The dataset; by default the workspace's.")
  var dataset: String?

  @OptionGroup var place: WorkspaceOptions

  @Option(help: ArgumentHelp("A configuration of the plan.", valueName: "name"))
  var configuration = "3d_fullres"

  @Option(
    help: ArgumentHelp(
      "Folds of the cross-validation, such as 0 or 0,1,2,3,4, one after another, or all cases.",
      valueName: "list|all"))
  var fold = FoldList([.number(0)])

  @Option(
    help: ArgumentHelp(
      "A CSV table with the columns case and group: cases of one group are never on both sides of a fold.",
      valueName: "file"))
  var groups: String?

  @Option(help: ArgumentHelp("Number of epochs.", valueName: "n"))
  var epochs = 1000

  @Option(help: ArgumentHelp("Training steps of an epoch.", valueName: "n"))
  var iterations = 250

  @Option(
    help: ArgumentHelp(
      "Validation batches of an epoch; a fifth of the steps by default.", valueName: "n"))
  var validationIterations: Int?

  @Option(help: ArgumentHelp("Patches of a step; the plan's by default.", valueName: "n"))
  var batchSize: Int?

  @Option(
    help: ArgumentHelp("Start of all random numbers.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(help: PrecisionChoice.help)
  var precision = PrecisionChoice.auto

  @Option(
    help: ArgumentHelp("Seconds after which the state is saved again.", valueName: "seconds"))
  var saveInterval = 60.0

  @Option(
    help: ArgumentHelp(
      "Checkpoint, or folder of a model or fold, ours or nnU-Net's, whose weights to start from.",
      valueName: "file|folder"))
  var pretrained: String?

  @Flag(help: "Keep the encoder's pretrained weights and train the decoder only.")
  var freezeEncoder = false

  @Option(
    help: ArgumentHelp(
      "End after so many epochs without a better running Dice; never by default.", valueName: "n"))
  var patience: Int?

  @Flag(
    help: """
      Also save the probabilities of the validation cases (CASE.npz beside the masks, nnU-Net's \
      --npz), so that find-best can try averages of models; they take far more of the disk than \
      masks.
      """)
  var probabilities = false

  @Flag(
    name: [.long, .customLong("continue")],
    help: "Go on from the last saved state; folds that are trained are only scored, if need be.")
  var resume = false

  @OptionGroup var common: OutputOptions

  func validate() throws {
    for (name, value) in [
      ("--epochs", epochs), ("--iterations", iterations),
      ("--validation-iterations", validationIterations ?? 1), ("--batch-size", batchSize ?? 1),
      ("--patience", patience ?? 1),
    ] where !(1...1_000_000 ~= value) {
      throw ValidationError("\(name) must be from 1 to 1000000, not \(value)")
    }
    if freezeEncoder, pretrained == nil {
      throw ValidationError("--freeze-encoder needs --pretrained; a random encoder sees nothing")
    }
    if !(saveInterval >= 0) {
      throw ValidationError("--save-interval must be at least 0, not \(saveInterval)")
    }
  }

  func run() throws {
    let console = common.start()
    let workspace = place.open(console)
    var request = TrainingRequest()
    request.configuration = configuration
    request.settings.epochs = epochs
    request.settings.iterationsPerEpoch = iterations
    request.settings.validationIterations = validationIterations ?? max(1, iterations / 5)
    request.settings.batchSize = batchSize
    request.settings.seed = seed
    request.settings.precision = precision.precision
    request.settings.saveInterval = saveInterval
    request.settings.pretrained = try pretrained.map { try PretrainedWeights(contentsOf: $0) }
    request.settings.freezesEncoder = freezeEncoder
    request.settings.patience = patience
    request.settings.savesProbabilities = probabilities
    request.start = resume ? .resume : .fresh
    let dataset = try workspace.dataset(dataset, groups: groups)
    var scores: [FoldScores] = []
    for fold in fold.folds {
      request.fold = fold
      if self.fold.folds.count > 1 { console.message("fold \(fold)") }
      let report = TrainingReport(console, settings: request.settings)
      let folder = ModelFolder.fold(fold, in: workspace.modelFolder(configuration))
      switch try workspace.train(dataset, request, observer: report.observer) {
      case .interrupted(let epoch, let iteration):
        try interrupted(console, folder: folder, epoch: epoch, iteration: iteration)
      case .finished(let summary):
        scores.append(
          FoldScores(
            fold: fold, folder: folder, summary: summary,
            names: dataset.description.labels.structureNames))
      }
    }
    finished(console, model: workspace.modelFolder(configuration), scores)
  }

  private func interrupted(
    _ console: Console, folder: String, epoch: Int, iteration: Int
  ) throws {
    let again = resume ? CommandLine.arguments : CommandLine.arguments + ["--resume"]
    console.message(
      "stopped in epoch \(epoch + 1) after \(iteration) steps; the state is saved; go on with: "
        + again.map(shellQuoted).joined(separator: " "))
    console.result(
      [
        "outcome": "interrupted", "epoch": .integer(epoch), "iteration": .integer(iteration),
        "folder": .string(folder),
      ], text: "")
    throw ExitCode.failure
  }

  private func finished(_ console: Console, model: String, _ scores: [FoldScores]) {
    var object: JSONObject = ["outcome": "finished", "model": .string(model)]
    if scores.count == 1 {
      for (name, value) in scores[0].document.members { object[name] = value }
    } else {
      let mean = scores.reduce(0) { $0 + $1.dice } / Double(scores.count)
      object["foreground_mean_dice"] = finite(mean)
      object["folds"] = .array(scores.map { .object($0.document) })
    }
    console.result(.object(object), text: scores.map(\.text).joined(separator: "\n"))
  }
}

/// The scores of a fold's validation cases.
private struct FoldScores {
  let fold: Fold
  let folder: String
  let summary: EvaluationSummary
  let names: [Structure: String]

  var dice: Double { summary.foregroundMean(.dice) }

  var document: JSONObject {
    [
      "fold": .string(fold.description), "folder": .string(folder),
      "foreground_mean_dice": finite(dice),
      "validation": CohortTable(summary).document(names: names),
      "validation_cases": .integer(summary.cases.count),
    ]
  }

  var text: String {
    CohortTable(summary).textTable(names: names)
      + "mean foreground Dice \(fixed(dice, 4)) on \(summary.cases.count) validation cases\n"
      + "\(folder)\n"
  }
}

/// A word as a shell reads it back.
private func shellQuoted(_ word: String) -> String {
  let plain = word.allSatisfy {
    $0.isASCII && ($0.isLetter || $0.isNumber || "_-./=,:+".contains($0))
  }
  return plain && !word.isEmpty
    ? word
    : "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
}
