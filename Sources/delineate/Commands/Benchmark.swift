import ArgumentParser
import Benchmarks
import Datasets
import JSONDocuments
import Parallelism
import Planning
import Preprocessing
import Resampling
import Tensors
import Volumes

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures speed and memory of this machine.",
    subcommands: [
      BenchmarkTrain.self, BenchmarkPredict.self, BenchmarkResample.self, BenchmarkDistances.self,
    ])
}

/// Which network is measured.
struct BenchmarkNetwork: ParsableArguments {
  @Option(help: ArgumentHelp("A plans.json.", valueName: "file"))
  var plans: String

  @Option(help: ArgumentHelp("A configuration of the plan.", valueName: "name"))
  var configuration = "3d_fullres"

  @Option(
    help: ArgumentHelp("The dataset.json that says how many classes there are.", valueName: "file"))
  var datasetJson: String?

  @Option(
    help: ArgumentHelp(
      "Number of classes, background included, where there is no dataset.json.", valueName: "n"))
  var classes = 3

  @Option(help: PrecisionChoice.help)
  var precision = PrecisionChoice.auto

  func validate() throws {
    guard 2...1000 ~= classes else {
      throw ValidationError("--classes must be from 2 to 1000, not \(classes)")
    }
  }

  /// The labels: the dataset's, or as many as asked for.
  func labels() throws -> LabelSet {
    if let datasetJson {
      let labels = try DatasetDescription(contentsOf: datasetJson).labels
      guard !labels.foregroundLabels.isEmpty else {
        throw DatasetError.wrongField(
          path: datasetJson, field: "labels", expected: "a structure besides the background",
          found: "none")
      }
      return labels
    }
    return try LabelSet(
      structures: (0..<classes).map {
        LabelSet.Structure(name: $0 == 0 ? "background" : "label \($0)", labels: [$0])
      })
  }
}

struct BenchmarkTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Seconds per training step without data loading, and its convolutions timed alone.")

  @OptionGroup var network: BenchmarkNetwork

  @Option(help: ArgumentHelp("Steps whose median counts.", valueName: "n"))
  var steps = 5

  @Option(help: ArgumentHelp("Steps before them.", valueName: "n"))
  var warmUp = 2

  @Option(help: ArgumentHelp("Patches of a step; the plan's by default.", valueName: "n"))
  var batchSize: Int?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    for (name, value, least) in [
      ("--steps", steps, 1), ("--warm-up", warmUp, 0), ("--batch-size", batchSize ?? 1, 1),
    ] where !(least...1_000_000 ~= value) {
      throw ValidationError("\(name) must be from \(least) to 1000000, not \(value)")
    }
  }

  func run() throws {
    let console = common.start()
    let plan = try SegmentationPlan(contentsOf: network.plans)
    var settings = TrainingStepBenchmark.Settings()
    settings.steps = steps
    settings.warmUpSteps = warmUp
    settings.batchSize = batchSize
    settings.precision = network.precision.precision
    let result = try TrainingStepBenchmark(
      plan.configuration(network.configuration), labels: network.labels(),
      settings: settings
    ).run()
    var passes = JSONObject()
    for (name, seconds) in result.convolutionSecondsByPass.sorted(by: { $0.key < $1.key }) {
      passes[name] = .number(seconds)
    }
    console.result(
      [
        "configuration": .string(network.configuration),
        "patch": .array(result.patchSize.map { .integer($0) }),
        "input_channels": .integer(result.inputChannels),
        "batch": .integer(result.batchSize), "precision": .string(result.precision.rawValue),
        "threads": .integer(ThreadBudget.threads),
        "seconds_per_step": .number(result.secondsPerStep),
        "all": .array(result.steps.map { .number($0) }),
        "convolution_seconds": .number(result.convolutionSeconds),
        "convolution_seconds_by_pass": .object(passes),
        "ratio": .number(result.secondsPerStep / result.convolutionSeconds),
        "peak_tensor_bytes": .integer(result.peakTensorBytes),
        "peak_bytes": .integer(result.peakProcessBytes),
      ],
      text: aligned([
        ["patch", result.patchSize.map(String.init).joined(separator: " ") + " (z, y, x)"],
        ["input channels", "\(result.inputChannels)"],
        ["batch", "\(result.batchSize)"], ["precision", result.precision.rawValue],
        ["threads", "\(ThreadBudget.threads)"],
        ["step", fixed(result.secondsPerStep, 3) + " s"],
        [
          "convolutions alone",
          fixed(result.convolutionSeconds, 3) + " s, the step takes "
            + fixed(result.secondsPerStep / result.convolutionSeconds, 2) + " times that",
        ],
        [
          "memory",
          "\(gigabytes(result.peakProcessBytes)), \(gigabytes(result.peakTensorBytes)) of it tensors",
        ],
      ]))
  }
}

struct BenchmarkPredict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Seconds to segment a random image.")

  @OptionGroup var network: BenchmarkNetwork

  @Option(
    help: ArgumentHelp(
      "Size of the image in voxels; the plan's median by default.", valueName: "x,y,z"))
  var size: Triple<Int>?

  @Flag(name: .customLong("no-mirroring"), help: "Do not average over mirrored images.")
  var noMirroring = false

  @Option(help: ArgumentHelp("Distance of windows as a share of the window.", valueName: "share"))
  var step = 0.5

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard step > 0, step <= 1 else {
      throw ValidationError("--step must be above 0 and at most 1, not \(step)")
    }
    if let size, !size.numbers.allSatisfy({ 1...100_000 ~= $0 }) {
      throw ValidationError("--size must be three whole numbers from 1 to 100000")
    }
  }

  func run() throws {
    let console = common.start()
    let plan = try SegmentationPlan(contentsOf: network.plans)
    var settings = PredictionBenchmark.Settings()
    settings.mirroring = !noMirroring
    settings.step = step
    settings.precision = network.precision.precision
    let result = try PredictionBenchmark(
      Preprocessor(plan, configuration: network.configuration), labels: network.labels(),
      settings: settings
    ).run(on: size.map { Extent(x: $0.x, y: $0.y, z: $0.z) })
    console.result(
      [
        "configuration": .string(network.configuration),
        "size": .array(
          [result.extent.x, result.extent.y, result.extent.z].map { .integer($0) }),
        "input_channels": .integer(result.inputChannels),
        "mirroring": .bool(!noMirroring), "threads": .integer(ThreadBudget.threads),
        "seconds": .number(result.seconds), "peak_bytes": .integer(result.peakProcessBytes),
      ],
      text: aligned([
        ["image", "\(result.extent) voxels"], ["input channels", "\(result.inputChannels)"],
        ["time", duration(result.seconds)],
        ["memory", gigabytes(result.peakProcessBytes)],
      ]))
  }
}

struct BenchmarkResample: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resample", abstract: "Seconds and memory to resample random voxels.",
    discussion: """
      Shapes and spacings are z,y,x as in plans. Example, the export of three classes:
      delineate benchmark resample 3 96,256,256 1,1,1 1,.5,.5 --export
      """)

  @Argument(help: "Number of channels.") var channels: Int
  @Argument(help: "Shape z,y,x in voxels.") var shape: Triple<Int>
  @Argument(help: "Spacing z,y,x before, in mm.") var old: Triple<Double>
  @Argument(help: "Spacing z,y,x after, in mm.") var new: Triple<Double>

  @Option(
    help: ArgumentHelp("Interpolation: 0 nearest, 1 linear, 3 cubic B-spline.", valueName: "0|1|3"))
  var order = 3

  @Flag(name: .customLong("seg"), help: "Resample labels.")
  var labels = false

  @Flag(
    name: .customLong("export"),
    help: "Resample logits linearly and keep the winner of every voxel, as predict does.")
  var exports = false

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard 1...1000 ~= channels, shape.numbers.allSatisfy({ 1...10_000 ~= $0 }),
      (old.numbers + new.numbers).allSatisfy({ $0 > 0 && $0.isFinite })
    else { throw ValidationError("channels, shape and spacings must be above 0") }
    guard Interpolation(rawValue: order) != nil else {
      throw ValidationError("--order must be 0, 1 or 3, not \(order)")
    }
    guard !(labels && exports) else { throw ValidationError("give --seg or --export, not both") }
  }

  func run() throws {
    let console = common.start()
    let result = ResamplingBenchmark(
      channels: channels, shape: Shape3(shape.numbers),
      spacing: SpacingChange(current: old.numbers, new: new.numbers),
      content: labels
        ? .labels : exports ? .export : .images(Interpolation(rawValue: order) ?? .cubic)
    ).run()
    let megabytes = Double(result.peakAddedBytes) / 1_048_576
    console.result(
      [
        "shape_in": .array(([channels] + shape.numbers).map { .integer($0) }),
        "shape_out": .array(([channels] + result.shape.lengths).map { .integer($0) }),
        "order": .integer(order), "seg": .bool(labels),
        "threads": .integer(ThreadBudget.threads), "seconds": .number(result.seconds),
        "peak_added_mb": .number(megabytes),
      ],
      text: aligned([
        ["result", "\(channels) × \(result.shape) (z, y, x)"],
        ["time", fixed(result.seconds, 3) + " s"], ["added memory", fixed(megabytes, 0) + " MB"],
      ]))
  }
}
