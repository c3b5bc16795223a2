import ArgumentParser
import Datasets
import FileOutput
import Inference
import JSONDocuments
import VolumeFiles
import Workspaces

struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Segments images with a trained model.",
    discussion: """
      Images are named CASE_0000.nii.gz, CASE_0001.nii.gz, ..., the number being the channel's, and \
      give CASE.nii.gz on the same grid. Files without a number are one case each where the model has \
      one channel or each holds all of them; otherwise give the files of one case in the order of the \
      channels. Four digits are a part of the case's name where every file holds all channels, or \
      where the model has one channel and no name ends in _0000. A case that fails does not stop the \
      others; the exit status is then 1.

      The second stage of a cascade refines masks of the first: those in --previous-stage, or else \
      those of the first stage's model in the folder beside the model's.
      """)

  @Option(
    help: ArgumentHelp(
      """
      Folder of a trained configuration, with its plans.json, ours or nnU-Net's as it is; repeat it to \
      average the probabilities of several.
      """,
      valueName: "folder"))
  var model: [String]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Folder of images, or images one by one, of any format.", valueName: "folder|file"))
  var input: [String]

  @Option(
    help: ArgumentHelp(
      "Folder for the masks; or, of a single case, the mask.", valueName: "folder|file"))
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
    help: "Save probabilities too, CASE.npz and CASE.pkl, as nnU-Net's --save_probabilities.")
  var probabilities = false

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
    if model.isEmpty { throw ValidationError("--model needs a folder") }
    if input.isEmpty { throw ValidationError("--input needs a folder or files") }
  }

  func run() throws {
    let console = common.start()
    let models = try model.map { try ModelFolder($0) }
    let images = try PredictionInput(input, for: models[0].description)
    for line in images.passedOver + images.assignments { console.message(line) }
    var settings = Predictor.Settings()
    settings.mirroring = !noMirroring
    settings.step = step
    settings.precision = precision.precision
    let members = try models.map { model in
      let predictor = try Predictor(
        model, folds: folds?.folds, checkpoint: checkpoint.kind, settings: settings)
      var member = FolderPrediction.Member(model, predictor)
      // Of several models only those of a cascade take masks.
      let takesMasks = models.count == 1 || predictor.refinesMasks
      member.previousStage = try PreviousStagePrediction(
        before: predictor, of: model, masks: takesMasks ? previousStage : nil,
        folds: folds?.folds, checkpoint: checkpoint.kind, settings: settings)
      return member
    }
    if let previousStage, members.allSatisfy({ $0.previousStage == nil }) {
      throw WorkspaceError.input(
        path: previousStage,
        problem: "none of the models has a previous stage; leave --previous-stage out")
    }
    var prediction = try FolderPrediction(members, observer: console.observer)
    prediction.savesProbabilities = probabilities
    prediction.keepsMasks = keepsMasks
    let cases = part.map { $0.part.cases(of: images.cases) } ?? images.cases
    if cases.isEmpty { console.message("this part has none of the \(images.cases.count) cases") }
    let outcomes = try run(prediction, cases)
    let kept = outcomes.count(where: \.isKept)
    if kept > 0 { console.message("kept \(kept) of \(outcomes.count) masks that were there") }
    try console.report(
      outcomes,
      [
        "output": .string(output), "kept": .integer(kept),
        "passed_over": .array(images.passedOver.map { .string($0) }),
        "assignments": .array(images.assignments.map { .string($0) }),
      ])
  }
}

extension Predict {
  /// Segments into the output folder, or into the file that `--output` names.
  private func run(
    _ prediction: FolderPrediction, _ cases: [Case]
  ) throws -> [FolderPrediction.Outcome] {
    guard VolumeFileFormat(path: output) != nil, !isFolder(output) else {
      return try prediction.run(cases, into: output)
    }
    guard cases.count == 1 else {
      throw ValidationError(
        "--output \(output) names one mask, and there are \(cases.count) cases; give a folder")
    }
    guard !probabilities else {
      throw ValidationError("--output \(output) names one mask; --probabilities needs a folder")
    }
    return [try prediction.run(cases[0], to: output)]
  }
}

/// Which weights of a fold.
enum CheckpointChoice: String, ExpressibleByArgument, CaseIterable {
  case final, best

  var kind: ModelFolder.Checkpoint { self == .final ? .final : .best }
}
