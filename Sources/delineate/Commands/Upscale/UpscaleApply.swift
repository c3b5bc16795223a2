import ArgumentParser
import FileOutput
import JSONDocuments
import Resampling
import SuperResolution
import VolumeFiles
import Volumes

struct UpscaleApply: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Raises the resolution of images with a trained model.",
    discussion: """
      The result covers the same space on a finer grid, in the image's units and within its range of \
      intensities. A warning is given where spacing or contrast are unlike what the model was \
      trained on. A case that fails does not stop the others; the exit status is then 1. Beside every \
      image NAME.json says what made it, and how well the result, made coarse again, is the image it \
      was made of. What the network adds is an estimate that no scanner has seen: report it as such.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Images: files, folders of them, or CSV tables of which every column but case names images.",
      valueName: "path"))
  var input: [String]

  @Option(help: ArgumentHelp("Folder of the model.", valueName: "folder")) var model: String

  @Option(help: ArgumentHelp("Folder for the images.", valueName: "folder")) var output: String

  @Option(
    help: ArgumentHelp(
      "Which of the model's stages: adversarial (sharper) or reconstruction (closer); the last "
        + "one by default.", valueName: "stage"))
  var stage: StageChoice?

  @Option(
    help: ArgumentHelp(
      "From 0, the reconstruction stage, to 1, the adversarial one: a model whose weights lie between both.",
      valueName: "share"))
  var adversarialShare: Double?

  @Option(
    help: ArgumentHelp(
      "Label maps to bring onto the finer grids: a file, or a folder of files that are named as the images.",
      valueName: "path"))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "Folder for those label maps.", valueName: "folder"))
  var labelsOutput: String?

  @Option(help: BackProjections.help) var backProjections = 0

  @Option(help: PrecisionChoice.help) var precision = PrecisionChoice.auto

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if input.isEmpty { throw ValidationError("--input needs files or folders") }
    try BackProjections.validate(backProjections)
    if let adversarialShare, !(0...1 ~= adversarialShare) || stage != nil {
      throw ValidationError(
        "--adversarial-share must be from 0 to 1, and takes the place of --stage")
    }
    if (labels == nil) != (labelsOutput == nil) {
      throw ValidationError("--labels and --labels-output go together")
    }
  }

  func run() throws {
    let console = common.start()
    let folder = model
    let model =
      try adversarialShare.map {
        try UpscalingModel(
          contentsOf: folder, adversarialShare: $0, precision: precision.precision)
      } ?? UpscalingModel(contentsOf: folder, stage: stage?.stage, precision: precision.precision)
    let paths = try UpscaleImages(input).paths
    let names = paths.map(fileName(of:))
    if Set(names).count < names.count {
      throw ValidationError("two images have the same name; give their folders one by one")
    }
    try createFolder(output)
    if let labelsOutput { try createFolder(labelsOutput) }
    var results: [JSONValue] = []
    var failures = 0
    for (index, (path, name)) in zip(paths, names).enumerated() {
      let target = "\(output)/\(name)"
      var document: JSONObject = ["input": .string(path)]
      do {
        let (concerns, inconsistencies) = try apply(model, path, to: target)
        for concern in concerns { console.message("warning: \(path): \(concern)") }
        try bringLabels(of: path, name: name, settings: model.settings)
        document["output"] = .string(target)
        document["model"] = .string(folder)
        document["stage"] = .string(model.stage.rawValue)
        if let adversarialShare { document["adversarial_share"] = .number(adversarialShare) }
        document["factors_xyz"] = model.settings.factorsDocument
        document["back_projections"] = .integer(backProjections)
        document["inconsistency"] = .array(inconsistencies.map { .number($0) })
        document["warnings"] = .array(concerns.map { .string($0) })
        document["note"] = "The voxels are a network's estimates, not acquired by a scanner."
        try writeAtomically(
          JSONValue.object(document).text(.indented(4)),
          to: "\(output)/\(nameWithoutEnding(name)).json")
      } catch {
        failures += 1
        let problem = Delineate.message(for: error)
        console.message("\(path) failed: \(problem)")
        document["problem"] = .string(problem)
      }
      results.append(.object(document))
      console.progress("upscale", index + 1, paths.count)
    }
    console.result(
      ["images": .array(results), "failed": .integer(failures)],
      text: "\(paths.count - failures) images in \(output)\n")
    if failures > 0 { throw ExitCode.failure }
  }

  /// Writes an image of higher resolution.
  ///
  /// - Returns: What is to be kept in mind, and the inconsistency of every channel.
  private func apply(
    _ model: UpscalingModel, _ path: String, to target: String
  ) throws -> (concerns: [String], inconsistencies: [Double]) {
    let image = try ImageFile(contentsOf: path)
    if samePlace(path, target) {
      throw ValidationError("\(path): would be replaced by its result; choose another --output")
    }
    let results = try image.channels.map {
      try model.upscale($0, path: path, backProjections: backProjections)
    }
    try ImageFile(channels: results.map(\.image)).write(to: target)
    return (results.flatMap(\.concerns), results.map(\.inconsistency))
  }

  private func bringLabels(of path: String, name: String, settings: UpscalingSettings) throws {
    guard let labels, let labelsOutput else { return }
    let map = try UpscaleLabels(path: labels).map(of: path)
    try map.resampled(onto: settings.fineGrid(of: map.geometry)).write(
      to: "\(labelsOutput)/\(name)")
  }
}

/// The stages of a model.
enum StageChoice: String, ExpressibleByArgument, CaseIterable {
  case reconstruction, adversarial

  var stage: UpscalingRecord.Stage {
    switch self {
    case .reconstruction: .reconstruction
    case .adversarial: .adversarial
    }
  }
}
