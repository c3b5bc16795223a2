import Evaluation
import FileOutput
import JSONDocuments
import Raters
import Reports
import VolumeFiles
import Volumes

#if canImport(Glibc)
  import Glibc
#endif

/// A folder with what several raters' agreement came to: a page, tables, numbers and pictures.
struct AgreementReport {
  let agreement: RaterAgreement
  let sections: [LabelAgreement]
  /// Sentences about how it was measured.
  let methods: [String]
  /// The folder of the cases' images, for pictures of contours.
  let images: String?
  /// How the masks' names end.
  let fileEnding: String

  /// Names of the raters for people.
  private var names: [String] { shortNames(of: agreement.raters) }

  /// Writes `report.html`, `agreement.json`, `pairs.csv`, `cases.csv` and PNG files.
  func write(to folder: String, _ document: JSONObject, _ console: Console) throws {
    try createFolder(folder)
    var page = HTMLPage(title: "Agreement of \(names.count) raters")
    page.paragraph(
      "\(agreement.cases.count) cases; raters: \(names.joined(separator: ", ")). "
        + methods.joined(separator: " ") + " delineate \(Delineate.version).")
    for (index, section) in sections.enumerated() {
      let label = agreement.labels[index]
      page.heading("Label \(label)")
      for table in section.tables { page.table(table) }
      let matrix = "dice_\(label).png"
      try diceMatrix(index).image.write(to: "\(folder)/\(matrix)")
      page.picture(matrix, saying: "Mean Dice between every two raters")
      let differences = "bland_altman_\(label).png"
      try blandAltman(index).image.write(to: "\(folder)/\(differences)")
      page.picture(differences, saying: "Differences of volumes over their means")
      try addWorstCases(index, to: &page, folder, console)
    }
    try writeTable(agreement.pairTable, to: "\(folder)/pairs.csv")
    try writeTable(agreement.caseTable, to: "\(folder)/cases.csv")
    var document = document
    document["masks"] = .array(try masks())
    document["version"] = .string(Delineate.version)
    try writeAtomically(JSONValue.object(document).text() + "\n", to: "\(folder)/agreement.json")
    page.paragraph(
      "Tables: pairs.csv, a line per case, pair and label; cases.csv, a line per case. agreement.json has"
        + " all numbers, and the SHA-256 of every mask.")
    try writeAtomically(page.text, to: "\(folder)/report.html")
  }

  /// Every mask with what tells that it is still the same.
  private func masks() throws -> [JSONValue] {
    try agreement.cases.flatMap { name in
      try agreement.raters.map { rater -> JSONValue in
        let path = "\(rater)/\(name)\(fileEnding)"
        return ["path": .string(path), "sha256": .string(try sha256(ofFile: path))]
      }
    }
  }

  private func diceMatrix(_ index: Int) -> MatrixChart {
    var values = names.map { _ in names.map { _ in Double.nan } }
    for pair in agreement.pairs {
      let dice = ScoreDistribution(
        of: pair.summary.cases.compactMap { $0.score(.dice, ofStructure: index) }
      ).mean
      values[pair.raters.first][pair.raters.second] = dice
      values[pair.raters.second][pair.raters.first] = dice
    }
    return MatrixChart(
      names: names, values: values,
      title: "Mean Dice of label \(agreement.labels[index]), \(agreement.cases.count) cases")
  }

  private func blandAltman(_ index: Int) -> BlandAltmanChart {
    let table = agreement.volumes(ofLabelAt: index)
    let panels = agreement.pairs.map { pair in
      let difference = agreement.volumeDifference(ofLabelAt: index, between: pair.raters)
      let (a, b) = (table.ratings(by: pair.raters.first), table.ratings(by: pair.raters.second))
      return BlandAltmanChart.Panel(
        title: "\(names[pair.raters.first]) - \(names[pair.raters.second])",
        points: zip(a, b).map { (mean: 0.5 * ($0 + $1), difference: $0 - $1) },
        bias: difference.bias, limits: (difference.lowerLimit, difference.upperLimit))
    }
    return BlandAltmanChart(
      panels: panels, title: "Volumes of label \(agreement.labels[index])", unit: "ml")
  }

  /// Contours of all raters in the three cases they agree about least, if there are images.
  private func addWorstCases(
    _ index: Int, to page: inout HTMLPage, _ folder: String, _ console: Console
  ) throws {
    guard let images else { return }
    let dice = agreement.agreements[index].map(\.generalisedDice)
    let worst = dice.indices.filter { dice[$0].isFinite }
      .sorted { (dice[$0], $0) < (dice[$1], $1) }.prefix(3)
    for place in worst {
      let name = agreement.cases[place]
      guard let path = imagePath(of: name, in: images) else {
        console.message("\(images): has no image of \(name), of which there is no picture then")
        continue
      }
      let volume = try ImageFile(contentsOf: path).channels[0]
      let label = agreement.labels[index]
      var maps: [(name: String, map: LabelMap)] = []
      for (rater, folder) in zip(names, agreement.raters) {
        var map = try LabelMap(contentsOf: "\(folder)/\(name)\(fileEnding)")
        if let difference = volume.geometry.misalignment(of: map.geometry) {
          throw TableProblem(path: path, problem: "is not on the masks' grid: \(difference)")
        }
        for voxel in map.labels.indices where map.labels[voxel] != label { map.labels[voxel] = 0 }
        maps.append((rater, map))
      }
      let title = "\(name), label \(label), generalised Dice \(fixed(dice[place], 3))"
      let picture = "contours_\(label)_\(name).png"
      try Overlay(of: volume, raters: maps, title: title).image.write(to: "\(folder)/\(picture)")
      page.paragraph(title)
      page.picture(picture, saying: "Contours of all raters over the image of \(name)")
    }
  }

  /// The image of a case, under its own name or that of its first channel.
  private func imagePath(of name: String, in folder: String) -> String? {
    ["_0000" + fileEnding, fileEnding].map { "\(folder)/\(name)\($0)" }
      .first { access($0, R_OK) == 0 }
  }
}
