import ArgumentParser
import Evaluation
import JSONDocuments
import Raters
import RegionsOfInterest
import VolumeFiles
import Volumes

struct RatersAgreement: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agreement", abstract: "How several raters' masks of the same cases agree.",
    discussion: """
      Takes one folder per rater; files of the same name are one case. Overlap, surface distances and \
      volumes of all pairs of raters as in evaluate, the first of a pair as reference; generalised Dice, \
      Jaccard and Fleiss' kappa of all together, and of every rater Dice with STAPLE's consensus of the \
      others; intraclass correlations of the volumes, and limits of \
      agreement of Bland and Altman for every pair.
      """)

  @Argument(help: "Folders of masks, one per rater.") var folders: [String]

  @Option(help: ArgumentHelp("Labels to compare, such as 1,2.", valueName: "list"))
  var labels = LabelList([1])

  @Option(
    help: ArgumentHelp("Distance up to which a surface counts as the same.", valueName: "mm"))
  var tolerance = 1.0

  @Option(
    help: ArgumentHelp(
      """
      What counts as surface: elements between voxels by their area (DeepMind), or the mask's \
      outermost voxels, all alike (MONAI, MedPy).
      """, valueName: "elements|border-voxels"))
  var surfaceDefinition = SurfaceChoice.elements

  @Option(
    help: ArgumentHelp("Background that counts for kappa around all masks.", valueName: "mm"))
  var margin = 10.0

  @Option(help: ArgumentHelp("How the masks' names end.", valueName: "ending"))
  var fileEnding = ".nii.gz"

  @Option(
    help: ArgumentHelp("A CSV table to write, a line per case, pair and label.", valueName: "file"))
  var pairCsv: String?

  @Option(
    help: ArgumentHelp(
      "A CSV table to write, a line per case and label, with all volumes.", valueName: "file"))
  var caseCsv: String?

  @Option(
    help: ArgumentHelp(
      "A folder for a report: a page, tables, numbers and pictures.", valueName: "folder"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "The cases' images, for pictures of all raters' contours in the report.", valueName: "folder")
  )
  var images: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard folders.count > 1 else { throw ValidationError("give the folders of two raters or more") }
    if images != nil, report == nil { throw ValidationError("--images is for --report") }
    for (name, value) in [("tolerance", tolerance), ("margin", margin)] {
      guard value >= 0, value.isFinite else {
        throw ValidationError("--\(name) must be at least 0 mm, not \(value)")
      }
    }
  }

  func run() throws {
    let console = common.start()
    var study = RaterStudy(
      folders: folders, labels: labels.labels, margin: try Ball(radius: margin))
    (study.surface.tolerance, study.surface.definition) = (
      tolerance, surfaceDefinition.definition
    )
    study.fileEnding = fileEnding
    let agreement = try study.run(
      reading: { try LabelMap(contentsOf: $0) },
      progress: { console.progress("compare", $0, $1) })
    if let pairCsv { try writeTable(agreement.pairTable, to: pairCsv) }
    if let caseCsv { try writeTable(agreement.caseTable, to: caseCsv) }
    let sections = labels.labels.indices.map { LabelAgreement(of: agreement, at: $0) }
    var document = JSONObject()
    document["raters"] = .array(folders.map { .string($0) })
    document["cases"] = .integer(agreement.cases.count)
    document["surface"] = [
      "definition": .string(surfaceDefinition.rawValue), "tolerance_mm": .number(tolerance),
    ]
    document["kappa_margin_mm"] = .number(margin)
    document["labels"] = .array(sections.map(\.document))
    if let report {
      let text = AgreementReport(
        agreement: agreement, sections: sections,
        methods: [
          "Surfaces are \(surfaceDefinition == .elements ? "elements between voxels" : "border voxels")"
            + " and count as the same up to \(tolerance) mm; kappa and STAPLE see background"
            + " up to \(margin) mm around all masks."
        ], images: images, fileEnding: fileEnding)
      try text.write(to: report, document, console)
    }
    console.result(.object(document), text: sections.map(\.text).joined(separator: "\n"))
  }
}
