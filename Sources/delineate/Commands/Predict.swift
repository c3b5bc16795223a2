import ArgumentParser
import Inference
import JSONDocuments
import Workspaces

struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Segments images with a trained model.",
    discussion: """
      Images are named CASE_0000.nii.gz, CASE_0001.nii.gz, ..., the number being the channel's, and \
      give CASE.nii.gz on the same grid. A case that fails does not stop the others; the exit status \
      is then 1.

      The second stage of a cascade refines masks of the first: those in --previous-stage, or else \
      those of the first stage's model in the folder beside the model's.
      """)

  @Option(
    help: ArgumentHelp(
      "Folder of a trained configuration, with its plans.json.", valueName: "folder"))
  var model: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Folder of images, or images one by one.", valueName: "folder|file"))
  var input: [String]

  @Option(help: ArgumentHelp("Folder for the masks.", valueName: "folder"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Folds to average, such as 0,1,2; by default all that are trained.", valueName: "list"))
  var folds: FoldList?

  @Option(help: ArgumentHelp("Which weights of the folds.", valueName: "final|best"))
  var checkpoint = CheckpointChoice.final

  @Flag(
    name: .customLong("no-mirroring"),
    help: "Do not average over mirrored images: up to 8 times faster, a little worse.")
  var noMirroring = false

  @Option(help: ArgumentHelp("Distance of windows as a share of the window.", valueName: "share"))
  var step = 0.5

  @Flag(
    name: .customLong("continue"),
    help: """
      Keep masks that are there already, whole, on their images' grids and with the model's labels; \
      make the others.
      """)
  var keepsMasks = false

  @Option(
    help: ArgumentHelp(
      "Segment every n-th case only, from the i-th on, so that n machines share a folder.",
      valueName: "i/n"))
  var part: PartArgument?
  @Option(
    help: ArgumentHelp(
      "Masks of the first stage, for the second stage of a cascade.", valueName: "folder"))
  var previousStage: String?

  @Option(help: PrecisionChoice.help)
  var precision = PrecisionChoice.auto

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard step > 0, step <= 1 else {
      throw ValidationError("--step must be above 0 and at most 1, not \(step)")
    }
    if input.isEmpty { throw ValidationError("--input needs a folder or files") }
  }

  func run() throws {
    let console = common.start()
    let trained = try ModelFolder(model)
    let images = try PredictionInput(input, for: trained.description)
    for line in images.passedOver { console.message(line) }
    var settings = Predictor.Settings()
    settings.mirroring = !noMirroring
    settings.step = step
    settings.precision = precision.precision
    let predictor = try Predictor(
      trained, folds: folds?.folds, checkpoint: checkpoint.kind, settings: settings)
    var prediction = FolderPrediction(trained, with: predictor, observer: console.observer)
    prediction.previousStage = try PreviousStagePrediction(
      before: predictor, of: trained, masks: previousStage, folds: folds?.folds,
      checkpoint: checkpoint.kind, settings: settings)
    prediction.keepsMasks = keepsMasks
    let cases = part.map { $0.part.cases(of: images.cases) } ?? images.cases
    if cases.isEmpty { console.message("this part has none of the \(images.cases.count) cases") }
    let outcomes = try prediction.run(cases, into: output)
    let kept = outcomes.count(where: \.isKept)
    if kept > 0 { console.message("kept \(kept) of \(outcomes.count) masks that were there") }
    let failed = outcomes.filter { $0.problem != nil }
    console.result(
      [
        "output": .string(output), "failed": .integer(failed.count), "kept": .integer(kept),
        "cases": .array(
          outcomes.map { outcome in
            [
              "case": .string(outcome.id), "mask": outcome.output.map { .string($0) } ?? .null,
              "error": outcome.problem.map { .string($0) } ?? .null,
              "kept": .bool(outcome.isKept), "seconds": .number(outcome.seconds),
            ]
          }),
        "passed_over": .array(images.passedOver.map { .string($0) }),
      ],
      text: outcomes.compactMap(\.output).map { $0 + "\n" }.joined())
    guard failed.isEmpty else {
      writeToStandardError(
        "error: \(failed.count) of \(outcomes.count) cases have no mask: "
          + failed.map { "\($0.id) (\($0.problem ?? ""))" }.joined(separator: "; ") + "\n")
      throw ExitCode.failure
    }
  }
}

/// Which weights of a fold.
enum CheckpointChoice: String, ExpressibleByArgument, CaseIterable {
  case final, best

  var kind: ModelFolder.Checkpoint { self == .final ? .final : .best }
}
