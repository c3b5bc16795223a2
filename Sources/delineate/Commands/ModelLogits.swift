import ArgumentParser
import Datasets
import Inference
import JSONDocuments
import ModelExchange

struct ModelLogits: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logits",
    abstract: "Computes a network's logits for patches, to compare them with another program's.",
    discussion: """
      The input is an archive of numpy.savez with the array image, float of the shape (N, channels, patch): \
      patches as the network sees them, preprocessed. The output gets the array logits, float32 of the shape \
      (N, classes, patch). Windows, mirroring and resampling take no part.
      """)

  @Argument(
    help: "Folder of a trained configuration, with its plans.json, ours or nnU-Net's as it is.")
  var model: String

  @Option(help: ArgumentHelp("Patches, a .npz file.", valueName: "file"))
  var input: String

  @Option(help: ArgumentHelp("Logits, a .npz file.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "The fold; by default the first that is trained.", valueName: "0|1|...|all"))
  var fold: String?

  @Option(help: ArgumentHelp("Which weights.", valueName: "final|best"))
  var checkpoint = CheckpointChoice.final

  @Option(help: PrecisionChoice.help) var precision = PrecisionChoice.auto

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if let fold, Fold(fold) == nil {
      throw ValidationError("--fold takes a number or all, not \(fold)")
    }
  }

  func run() throws {
    let console = common.start()
    let shape = try PatchLogits(
      of: ModelFolder(model), fold: fold.flatMap { Fold($0) }, checkpoint: checkpoint.kind
    ).write(of: input, to: output, precision: precision.precision)
    console.result(
      ["logits": .string(output), "shape": .array(shape.map { .integer($0) })],
      text: output + "\n")
  }
}
