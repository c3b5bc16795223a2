import ArgumentParser
import Datasets
import Inference
import JSONDocuments
import Reports
import SuperResolution

struct UpscaleTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learns to raise the resolution from images of high resolution.",
    discussion: """
      Presets: mri-2x (twice the resolution along x, y and z), mri-slices-2x and mri-slices-4x (along \
      z alone, for thick slices). A preset of your own is an edited copy of a file of \
      Plans/super-resolution, given by its path. Every channel of an image is learnt from; contrasts \
      may be mixed. Ctrl-C finishes the step and saves; --resume goes on, bit for bit.

      If no sharper images exist, train on the clinical ones: the network then assumes that what is \
      true between half and full resolution holds between full and twice the resolution.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Images of high resolution: files, folders of them, or CSV tables of which every column but case names images.",
      valueName: "path"))
  var images: [String]

  @Option(help: ArgumentHelp("Folder for the model.", valueName: "folder")) var output: String

  @Option(
    help: ArgumentHelp(
      "What to learn: \(UpscalingSettings.presetNames.joined(separator: ", ")), or a .json file.",
      valueName: "preset"))
  var preset = "mri-2x"

  @Option(help: ArgumentHelp("Steps of the first stage; the preset's by default.", valueName: "n"))
  var iterations: Int?

  @Option(
    help: ArgumentHelp(
      "Steps of the adversarial stage; the preset's by default, 0 leaves it out.", valueName: "n"))
  var adversarialIterations: Int?

  @Option(help: ArgumentHelp("Start of all random numbers.", valueName: "n")) var seed: UInt64 = 1

  @Option(help: PrecisionChoice.help) var precision = PrecisionChoice.auto

  @Option(
    help: ArgumentHelp(
      "A trained segmentation model of one channel, whose encoder's features count in the adversarial stage too: a workspace's folder of a "
        + "model with fold_0 or fold_all.", valueName: "folder"))
  var perceptualModel: String?

  @Option(
    help: ArgumentHelp("Seconds after which the state is saved again.", valueName: "seconds"))
  var saveInterval = 60.0

  @Flag(help: "Go on with the run in the output folder.") var resume = false

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if images.isEmpty { throw ValidationError("--images needs files or folders") }
    if let iterations, !(1...10_000_000 ~= iterations) {
      throw ValidationError("--iterations must be from 1 to 10000000, not \(iterations)")
    }
    if !(0...1e6 ~= saveInterval) {
      throw ValidationError("--save-interval must be from 0 to 1000000, not \(saveInterval)")
    }
    if let adversarialIterations, !(0...10_000_000 ~= adversarialIterations) {
      throw ValidationError(
        "--adversarial-iterations must be from 0 to 10000000, not \(adversarialIterations)")
    }
  }

  func run() throws {
    let console = common.start()
    var settings = try UpscalingSettings(preset: preset)
    if let iterations { settings.iterations = iterations }
    if let adversarialIterations { settings.adversarialIterations = adversarialIterations }
    if perceptualModel != nil, settings.adversarialIterations == 0 {
      throw ValidationError(
        "--perceptual-model counts in the adversarial stage, which has no steps here")
    }
    let perceptualLoss = try perceptualModel.map { path in
      let model = try ModelFolder(path)
      // Any fold knows the anatomy.
      let checkpoint = ModelFolder.Checkpoint.final
      let fold = model.folds(with: checkpoint).first ?? .number(0)
      return try PerceptualLoss(model.weights(of: fold, checkpoint).network, path: path)
    }
    let images = try UpscaleImages(images).channels().map {
      UpscalingTraining.Image(path: $0.name, volume: $0.volume)
    }
    console.message("learning from \(images.count) images")
    StopSignal.listen()
    var observer = UpscalingTraining.Observer()
    observer.history = { [output] history in
      // A picture that cannot be written is no reason to stop.
      try? UpscalingCurves(
        history.map {
          UpscalingCurves.Point(
            network: $0.absolute, interpolation: $0.interpolated,
            generator: $0.stage == .adversarial ? $0.generator : .nan,
            discriminator: $0.stage == .adversarial ? $0.discriminator : .nan)
        }
      ).image.write(to: "\(output)/progress.png")
    }
    observer.step = { console.progress("upscale train", $0, $1) }
    observer.record = { record in
      let gain = record.interpolated > 0 ? 100 * (1 - record.absolute / record.interpolated) : 0
      console.message(
        "step \(record.iteration)  \(record.stage.rawValue)  difference \(fixed(record.absolute, 5)) "
          + "(interpolation \(fixed(record.interpolated, 5)), \(fixed(gain, 1)) % less)  "
          + "\(fixed(record.seconds, 1)) s")
    }
    observer.saveInterval = .seconds(saveInterval)
    observer.shouldStop = { StopSignal.isRequested }
    let outcome = try UpscalingTraining.run(
      on: images, settings: settings, seed: seed, perceptualLoss: perceptualLoss,
      precision: precision.precision, into: output, start: resume ? .resume : .afresh,
      observer: observer)
    guard outcome == .finished else {
      console.message(
        "stopped and saved; the same command with --resume goes on")
      throw ExitCode.failure
    }
    console.result(
      ["model": .string(output), "images": .integer(images.count)], text: "model  \(output)\n")
  }
}
