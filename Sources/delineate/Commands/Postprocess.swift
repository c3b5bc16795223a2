import ArgumentParser
import Datasets
import Evaluation
import FileOutput
import FoundationEssentials
import JSONDocuments
import ModelSelection

struct Postprocess: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Removes the smaller components from masks, as find-best decided.",
    discussion: """
      Takes the postprocessing.json of find-best or of nnU-Net. Every mask is written to the output \
      folder under the same name; the input stays.
      """)

  @Option(help: ArgumentHelp("Folder of masks.", valueName: "folder"))
  var input: String

  @Option(help: ArgumentHelp("Folder for the masks that result.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("The postprocessing.json.", valueName: "file"))
  var postprocessing: String

  @Option(
    help: ArgumentHelp(
      "How the masks' names end; by default that of a dataset.json beside the masks or beside the "
        + "postprocessing.json, or .nii.gz.", valueName: "ending"))
  var fileEnding: String?

  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    let steps = try Postprocessing(contentsOf: postprocessing)
    if steps.steps.isEmpty { console.message("\(postprocessing): there is nothing to do to masks") }
    let names = try steps.run(on: input, into: output, fileEnding: try fileEnding ?? ending())
    console.result(
      [
        "output": .string(output), "masks": .array(names.map { .string("\(output)/\($0)") }),
        "steps": .array(steps.steps.map { .string($0.key) }),
      ], text: names.map { "\(output)/\($0)\n" }.joined())
  }

  private func ending() throws -> String {
    for folder in [input, enclosingFolder(of: postprocessing)] {
      let path = "\(folder)/dataset.json"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      return try DatasetDescription(contentsOf: path).fileEnding ?? ".nii.gz"
    }
    return ".nii.gz"
  }
}
