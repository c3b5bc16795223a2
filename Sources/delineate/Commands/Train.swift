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
      date. Ctrl-C finishes the step and saves; --resume goes on, bit for bit.
      """)

  @Argument(help: "The dataset; by default the workspace's.")
  var dataset: String?

  @OptionGroup var place: WorkspaceOptions

  @Option(help: ArgumentHelp("A configuration of the plan.", valueName: "name"))
  var configuration = "3d_fullres"

  @Option(help: ArgumentHelp("Fold of the cross-validation, or all.", valueName: "0..4|all"))
  var fold = FoldArgument(fold: .number(0))

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

  @Flag(help: "Go on from the last saved state.")
  var resume = false

  @OptionGroup var common: OutputOptions

  func validate() throws {
    for (name, value) in [
      ("--epochs", epochs), ("--iterations", iterations),
      ("--validation-iterations", validationIterations ?? 1), ("--batch-size", batchSize ?? 1),
    ] where value < 1 {
      throw ValidationError("\(name) must be at least 1, not \(value)")
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
    request.fold = fold.fold
    request.settings.epochs = epochs
    request.settings.iterationsPerEpoch = iterations
    request.settings.validationIterations = validationIterations ?? max(1, iterations / 5)
    request.settings.batchSize = batchSize
    request.settings.seed = seed
    request.settings.precision = precision.precision
    request.settings.saveInterval = saveInterval
    request.start = resume ? .resume : .fresh
    let report = TrainingReport(console, settings: request.settings)
    let dataset = try workspace.dataset(dataset, groups: groups)
    let result = try workspace.train(dataset, request, observer: report.observer)
    let folder = ModelFolder.fold(request.fold, in: workspace.modelFolder(configuration))
    switch result {
    case .interrupted(let epoch, let iteration):
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
    case .finished(let summary):
      let labels = dataset.description.labels
      console.result(
        [
          "outcome": "finished", "folder": .string(folder),
          "model": .string(workspace.modelFolder(configuration)),
          "foreground_mean_dice": finite(summary.foregroundMean(.dice)),
          "validation": CohortTable(summary).document(names: labels.structureNames),
          "validation_cases": .integer(summary.cases.count),
        ],
        text: CohortTable(summary).textTable(names: labels.structureNames)
          + "mean foreground Dice \(fixed(summary.foregroundMean(.dice), 4)) on "
          + "\(summary.cases.count) validation cases\n\(folder)\n")
    }
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
