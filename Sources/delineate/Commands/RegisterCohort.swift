import ArgumentParser
import FileOutput
import JSONDocuments
import Registration
import Resampling

struct RegisterCohort: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cohort",
    abstract: "Registers the pairs of images of a study, one a line of a table.",
    discussion: """
      The table is a CSV file with the columns case, fixed and moving, and, where they are needed, \
      fixed_mask, moving_mask, initial (a transform to begin with), preset, and labels (a label map on \
      the moving grid to carry over). Paths are relative to the table; empty fields are as if the \
      column were missing.

      Written are, for every case, CASE.nii.gz (the moving image on the fixed grid), CASE.tfm (the \
      transform; CASE_field.nii.gz for a deformable preset), CASE_labels.nii.gz, CASE.png with --report, and CASE.json (the figures); and \
      registration.csv with a line for every case: done or failed, the metric before and after, \
      overlap, displacement, warnings, error.

      A case that fails is one line, and does not stop the others; the exit status is then 1. Called \
      again, the command goes on: cases are done whose files are there and whose inputs have not \
      changed.
      """)

  @Argument(help: ArgumentHelp("The table.", valueName: "csv")) var table: String

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "folder")) var output: String

  @Option(
    help: ArgumentHelp(
      """
      How to register lines that do not say it: \
      \(registrationPresetNames.joined(separator: ", ")), or a .json file.
      """, valueName: "preset"))
  var preset = "rigid"

  @Flag(help: "Also write a picture of every result: checkerboard and edges in three planes.")
  var report = false

  @Flag(help: "Register all cases again, also those that are done.")
  var again = false

  @OptionGroup var interpolation: InterpolationOptions

  @OptionGroup var common: OutputOptions

  func validate() throws { try interpolation.validate() }

  func run() throws {
    let console = common.start()
    _ = try RegistrationMethod(preset: preset)
    let rows = try RegistrationTable(contentsOf: table).rows
    try createFolder(output)
    let cohort = CohortRegistration(
      folder: output, preset: preset, drawsReports: report, interpolation: interpolation)
    var entries: [CohortEntry] = []
    for (index, row) in rows.enumerated() {
      console.progress("cases", index, rows.count)
      let entry = cohort.entry(for: row, repeats: again, console)
      if let error = entry.error { writeToStandardError("\(row.name): \(error)\n") }
      entries.append(entry)
      // The summary of an interrupted run is that of the cases it came to.
      try writeAtomically(cohort.summary(of: entries), to: output + "/registration.csv")
    }
    console.progress("cases", rows.count, rows.count)
    let failures = entries.count { $0.error != nil }
    console.result(
      [
        "summary": .string(output + "/registration.csv"), "failed": .integer(failures),
        "cases": .array(entries.map(\.document)),
      ],
      text: "\(entries.count - failures) of \(entries.count) cases registered"
        + " (\(entries.count { $0.isOld }) earlier): \(output)/registration.csv\n")
    guard failures == 0 else {
      writeToStandardError(
        "error: \(failures) of \(entries.count) cases are not registered; see"
          + " \(output)/registration.csv\n")
      throw ExitCode.failure
    }
  }
}
