import ArgumentParser
import Datasets
import JSONDocuments

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Finds every problem of a dataset, one line per file; exit status 2 if there is an error."
  )

  @Argument(
    help: "A folder with a dataset.json (nnU-Net's or the Decathlon's), or a CSV table.")
  var dataset: String

  @Option(
    help: ArgumentHelp(
      "How far grids of one case may lie apart, as a part of the smallest spacing.",
      valueName: "share"))
  var gridTolerance = 0.1

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard gridTolerance >= 0 else {
      throw ValidationError("--grid-tolerance must be at least 0, not \(gridTolerance)")
    }
  }

  func run() throws {
    let console = common.start()
    var settings = DatasetCheck.Settings()
    settings.gridTolerance = gridTolerance
    settings.variables = environmentVariables()
    settings.progress = { console.progress("check", $0, $1) }
    let report = DatasetCheck(settings).report(on: dataset)
    let summary =
      report.problems.isEmpty
      ? "\(report.caseCount) cases, no problem found\n"
      : "\(report.caseCount) cases, \(report.problems.count) problems\n"
    console.result(
      [
        "dataset": .string(dataset), "cases": .integer(report.caseCount),
        "ok": .bool(!report.hasErrors),
        "problems": .array(
          report.problems.map { problem in
            [
              "file": .string(problem.file), "problem": .string(problem.what),
              "severity": .string("\(problem.severity)"),
            ]
          }),
      ],
      text: report.lines.map { $0 + "\n" }.joined() + (common.quiet ? "" : summary))
    if report.hasErrors { throw ExitCode(2) }
  }
}
