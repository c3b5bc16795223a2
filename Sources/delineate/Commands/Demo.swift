import ArgumentParser
import Evaluation
import JSONDocuments
import Workspaces

struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the whole path on made-up patients: images, training, masks, Dice, pictures.",
    discussion: """
      Makes a cohort of two-channel abdominal MR-like volumes at two sites, trains on patients of \
      the first and segments others of both. Needs no data and no network.
      """)

  @Option(help: ArgumentHelp("Folder for everything that is made.", valueName: "folder"))
  var output = "delineate-demo"

  @Flag(
    help:
      "Fewer and smaller images and a shorter training: four minutes instead of a quarter of an hour."
  )
  var quick = false

  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    let demonstration = Demonstration(
      quick ? .quick : .full, in: output, observer: console.observer)
    let report = TrainingReport(console, settings: demonstration.request.settings)
    guard let result = try demonstration.run(observer: report.observer) else {
      console.message("stopped; run delineate demo again to start over")
      throw ExitCode.failure
    }
    console.result(
      [
        "cohorts": result.table.document(names: result.names),
        "foreground_mean_dice": finite(result.summary.foregroundMean(.dice)),
        "training_seconds": .number(result.trainingSeconds),
        "predictions": .string(result.predictions), "overlays": .string(result.overlays),
        "curves": .string(result.curves),
      ],
      text: result.table.textTable(names: result.names)
        + """

        masks     \(result.predictions)
        pictures  \(result.overlays)
        curves    \(result.curves)

        """)
  }
}
