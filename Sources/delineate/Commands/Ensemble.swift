import ArgumentParser
import Datasets
import JSONDocuments
import Workspaces

struct Ensemble: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Averages the probabilities of several predictions into masks.",
    discussion: """
      Each folder holds what predict --probabilities wrote for the same images, CASE.npz and \
      CASE.nii.gz; nnU-Net's folders of --save_probabilities do too. A case that fails does not stop \
      the others; the exit status is then 1.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Folders of saved probabilities.", valueName: "folder"))
  var input: [String]

  @Option(help: ArgumentHelp("Folder for the masks.", valueName: "folder"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "The dataset.json that names labels or regions; by default the first folder's.",
      valueName: "file"))
  var datasetJson: String?

  @Flag(help: "Save the averages too, as predict --probabilities does.")
  var probabilities = false

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if input.isEmpty { throw ValidationError("--input needs folders") }
  }

  func run() throws {
    let console = common.start()
    let description = try datasetJson.map { try DatasetDescription(contentsOf: $0) }
    var ensemble = try FolderEnsemble(
      input, description: description, observer: console.observer)
    ensemble.savesProbabilities = probabilities
    let outcomes = try ensemble.run(into: output)
    try console.report(
      outcomes,
      [
        "output": .string(output), "inputs": .array(input.map { .string($0) }),
      ])
  }
}
