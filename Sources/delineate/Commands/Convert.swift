import ArgumentParser
import Datasets
import JSONDocuments
import Workspaces

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes nnU-Net's dataset folder from the Decathlon's or from a CSV table.",
    discussion: """
      A table's columns are case,image1,image2,...,label and optionally group; the header names the \
      channels, and a case without a label goes to imagesTs. A dataset.json beside the table names \
      the labels.

      Files that need no change are copied byte for byte, and volumes of 4-D NIfTI files are stored \
      one by one without being decoded. Where there are groups, splits_final.json gets folds that \
      never separate one. What exists is never replaced.
      """)

  @Argument(
    help: "A folder with a dataset.json (the Decathlon's or nnU-Net's), or a CSV table.")
  var source: String

  @Option(
    help: ArgumentHelp(
      "The folder to make, with the name nnU-Net wants, such as Dataset101_Liver.",
      valueName: "DatasetNNN_Name"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "The name in the new dataset.json; by default the old one, or that of the folder.",
      valueName: "text"))
  var name: String?

  @Option(
    help: ArgumentHelp(
      "A CSV table with the columns case and group: cases of one group are never on both sides of a fold.",
      valueName: "file"))
  var groups: String?

  @Flag(help: "Link to files that need no change instead of copying them.")
  var link = false

  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    var settings = DatasetConversion.Settings()
    settings.name = name
    settings.groups = groups
    settings.files = link ? .link : .copy
    settings.variables = environmentVariables()
    settings.shouldStop = {
      StopSignal.listen()
      return StopSignal.isRequested
    }
    let (conversion, outcome) = try DatasetConversion.convert(
      source, into: output, settings: settings, observer: console.observer)
    let description = conversion.source.description
    console.result(
      [
        "output": .string(output), "training": .integer(outcome.training),
        "test": .integer(outcome.test), "file_ending": .string(conversion.fileEnding),
        "channels": .array(description.channelNames.map { .string($0) }),
        "labels": .object(
          description.labels.structures.reduce(into: JSONObject()) {
            $0[$1.name] = .array($1.labels.map { .integer($0) })
          }),
        "files": [
          link ? "linked" : "copied": .integer(outcome.unchanged),
          "split": .integer(outcome.split), "reencoded": .integer(outcome.reencoded),
        ],
        "folds": outcome.folds.map { .integer($0) } ?? .null,
        "groups": .integer(outcome.groups),
      ],
      text:
        "\(outcome.training) training cases, \(outcome.test) test cases: \(outcome.unchanged) files "
        + "\(link ? "linked" : "copied"), \(outcome.split) stored from NIfTI undecoded, "
        + "\(outcome.reencoded) written anew\n"
        + (outcome.folds.map { folds in
          "\(folds) folds in splits_final.json"
            + (outcome.groups > 0 ? ", \(outcome.groups) groups staying together" : "") + "\n"
        } ?? "") + "\(output)\n")
  }
}
