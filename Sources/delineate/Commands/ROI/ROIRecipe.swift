import ArgumentParser
import JSONDocuments
import RegionRecipes

struct ROIRecipe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipe",
    abstract: "Makes small images of regions, the same way for every case of a cohort.",
    discussion: """
      A recipe is a JSON file that says how images and masks are resampled, grown, cut out, windowed, \
      resized and fused; pet-ct-64 and ct-cube-64 are built in, and Plans/roi has them to copy and edit. \
      The table has the column case and those that the recipe names, with paths relative to the table. \
      manifest.json says what was made from where. A case that fails is told in one line and does not \
      keep the others from being made; the exit status is then 2.
      """)

  @Argument(help: ArgumentHelp("A recipe's name, or a .json file.", valueName: "recipe"))
  var recipe: String

  @Argument(help: ArgumentHelp("A CSV table of the cohort.", valueName: "cohort"))
  var cohort: String

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "folder"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Columns with masks in place of the recipe's, such as a,b,c for three raters.",
      valueName: "list"))
  var masks: String?

  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    var settings = try RegionRecipe(named: recipe)
    if let masks {
      settings.masks = masks.split(separator: ",").map(String.init)
      guard !settings.masks.isEmpty, Set(settings.masks).count == settings.masks.count else {
        throw ValidationError("--masks must be different names of columns, not '\(masks)'")
      }
    }
    let cases = try RecipeCohort(contentsOf: cohort, for: settings)
    let run = try RecipeRun(
      of: settings, named: recipe, for: cases, to: output,
      progress: { console.progress("recipe", $0, $1) })
    for failure in run.failures { writeToStandardError("\(failure.name): \(failure.reason)\n") }
    console.result(
      [
        "output": .string(output), "manifest": .string(output + "/manifest.json"),
        "cases": .integer(cases.entries.count), "samples": .integer(run.samples),
        "failures": .array(
          run.failures.map { ["case": .string($0.name), "reason": .string($0.reason)] }),
      ],
      text: "\(cases.entries.count) cases, \(run.samples) samples, \(run.failures.count) failures\n"
        + "\(output)/manifest.json\n")
    if !run.failures.isEmpty { throw ExitCode(2) }
  }
}
