import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// The commands of `raters` on three raters' boxes.
struct RatersCommandTests {
  private let folder: TemporaryFolder
  private let geometry = Geometry(
    extent: Extent(x: 12, y: 10, z: 6), spacing: Vector3(1, 1, 2), origin: Vector3(4, 5, 6))

  init() throws {
    folder = try TemporaryFolder()
    for (rater, shift) in ["a": 0, "b": 1, "c": 0] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(rater)", withIntermediateDirectories: true)
      for (name, length) in ["one": 4, "two": 5, "three": 6] {
        var map = LabelMap(
          labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
        for z in 2..<4 { for y in 3..<7 { for x in 2 + shift..<2 + length { map[x, y, z] = 1 } } }
        try map.write(to: "\(folder.path)/\(rater)/\(name).nii.gz")
      }
    }
  }

  private var raters: [String] { ["a", "b", "c"].map { "\(folder.path)/\($0)" } }

  @Test func agreement() throws {
    let (pairs, cases) = (folder.path + "/pairs.csv", folder.path + "/cases.csv")
    let result = try Program.run(
      ["raters", "agreement"] + raters + ["--json", "--pair-csv", pairs, "--case-csv", cases])
    #expect(result.status == 0, "\(result.errors)")
    let label = try #require(result.json?["labels"]?.array?.first)
    #expect(result.json?["cases"]?.int == 3)
    let dice = label["pairs"]?.array?.map { $0["scores"]?["dice"]?["mean"]?.double ?? .nan }
    // Of 4, 5, 6 slices one is missing: 6/7, 8/9, 10/11.
    let expected = (6.0 / 7 + 8.0 / 9 + 10.0 / 11) / 3
    #expect(abs((dice?[0] ?? .nan) - expected) < 1e-12)
    #expect(dice?[1] == 1)
    // A slice is 8 voxels of 2 mm³.
    let bias = label["pairs"]?.array?.first?["bland_altman_ml"]?["bias"]?.double ?? .nan
    #expect(abs(bias - 0.016) < 1e-12)
    #expect(label["volume_icc"]?.array?.count == 3)
    #expect(try String(contentsOfFile: pairs, encoding: .utf8).split(separator: "\n").count == 10)
    #expect(try String(contentsOfFile: cases, encoding: .utf8).split(separator: "\n").count == 4)
    let text = try Program.run(["raters", "agreement"] + raters)
    #expect(text.output.contains("ICC(2,1)"))
    let borders = try Program.run(
      ["raters", "agreement"] + raters + ["--json", "--surface-definition", "border-voxels"])
    #expect(borders.json?["surface"]?["definition"]?.string == "border-voxels")
    let hd95 = borders.json?["labels"]?.array?.first?["pairs"]?.array?.map {
      $0["scores"]?["hd95_mm"]?["mean"]?.double
    }
    // The end voxel that one rater lacks is 1 mm away; it is more than 5 % of the border.
    #expect(hd95 == [1, 0, 1])
    try FileManager.default.removeItem(atPath: raters[1] + "/two.nii.gz")
    let missing = try Program.run(["raters", "agreement"] + raters)
    #expect(missing.status == 1)
    #expect(missing.errorLines.count == 1)
    #expect(missing.errors.contains(raters[1]))
  }

  @Test func report() throws {
    let (report, images) = (folder.path + "/report", folder.path + "/images")
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    for name in ["one", "two", "three"] {
      try Volume<Float>(repeating: 1, geometry: geometry)
        .write(to: "\(images)/\(name)_0000.nii.gz")
    }
    let result = try Program.run(
      ["raters", "agreement"] + raters + ["--report", report, "--images", images, "--json"])
    #expect(result.status == 0, "\(result.errors)")
    let label = try #require(result.json?["labels"]?.array?.first)
    // Raters a and c draw the same, so that each agrees with the others wholly or nearly.
    let others = label["dice_with_the_others"]?[raters[1]]?["mean"]?.double ?? .nan
    #expect(others > 0.8 && others < 1)
    let names = try FileManager.default.contentsOfDirectory(atPath: report).sorted()
    #expect(
      names == [
        "agreement.json", "bland_altman_1.png", "cases.csv", "contours_1_one.png",
        "contours_1_three.png", "contours_1_two.png", "dice_1.png", "pairs.csv", "report.html",
      ])
    let page = try String(contentsOfFile: report + "/report.html", encoding: .utf8)
    for name in names where name.hasSuffix("png") { #expect(page.contains("src=\"\(name)\"")) }
    // Rows name raters, not paths; the file has what is printed, and every mask's digest.
    #expect(page.contains("a - b") && !page.contains("\(raters[0]) - "))
    var document = try #require(try JSONValue(contentsOf: report + "/agreement.json").object)
    let masks = try #require(document["masks"]?.array)
    #expect(masks.count == 9 && masks.allSatisfy { $0["sha256"]?.string?.count == 64 })
    // Raters a and c draw the same, file for file.
    #expect(masks[0]["sha256"] == masks[2]["sha256"] && masks[0]["sha256"] != masks[1]["sha256"])
    (document["masks"], document["version"]) = (nil, nil)
    #expect(.object(document) == result.json)
  }

  @Test(arguments: ["majority", "union", "intersection", "staple", "simple"])
  func consensus(_ method: String) throws {
    let output = folder.path + "/consensus.nii.gz"
    let probability = folder.path + "/probability.nii.gz"
    let result = try Program.run(
      ["raters", "consensus"] + raters.map { $0 + "/one.nii.gz" } + [
        "--method", method, "--output", output, "--probability", probability, "--json",
      ])
    #expect(result.status == 0, "\(result.errors)")
    let voxels = try LabelMap(contentsOf: output).labels.count { $0 == 1 }
    #expect(voxels == (method == "intersection" ? 24 : 32))
    #expect(try LabelMap(contentsOf: output).geometry.matches(geometry, tolerance: 0))
    #expect(try Volume<Float>(contentsOf: probability).voxels.max() == 1)
    #expect(result.json?["raters"]?.array?.count == 3)
  }

  @Test func correlationsOfFeatures() throws {
    let values = [
      [9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7],
    ]
    var paths: [String] = []
    var together = "case,rater,volume\n"
    for rater in 0..<4 {
      var text = "case,version,volume\n"
      for (subject, row) in values.enumerated() {
        text += "s\(subject),v3,\(row[rater])\n"
        together += "s\(subject),r\(rater),\(row[rater])\n"
      }
      paths.append("\(folder.path)/\(rater).csv")
      try text.write(toFile: paths[rater], atomically: true, encoding: .utf8)
    }
    let table = folder.path + "/icc.csv"
    let result = try Program.run(["raters", "icc"] + paths + ["--json", "--output", table])
    #expect(result.status == 0, "\(result.errors)")
    let feature = try #require(result.json?["features"]?.array?.first)
    #expect(result.json?["features"]?.array?.count == 1)
    #expect(abs((feature["icc"]?.double ?? .nan) - 0.28976) < 1e-5)
    #expect(feature["class"]?.string == "poor")
    #expect(try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n").count == 7)
    let all = folder.path + "/all.csv"
    try together.write(toFile: all, atomically: true, encoding: .utf8)
    let same = try Program.run(
      "raters", "icc", all, "--rater-column", "rater", "--form", "3,1", "--json")
    let value = same.json?["features"]?.array?.first?["icc"]?.double ?? .nan
    #expect(abs(value - 0.71484) < 1e-5)
    let wrong = try Program.run(["raters", "icc"] + paths + ["--case-column", "patient"])
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("--case-column"))
  }

  @Test func scores() throws {
    let scores = [[0.2, 0.3], [0.6, 0.4], [0.9, 0.8], [0.1, 0.2], [0.7, 0.9]]
    let outcomes = [0, 1, 1, 0, 0]
    var paths: [String] = []
    for rater in 0..<2 {
      var text = "case,probability,died\n"
      for (subject, row) in scores.enumerated() {
        text += "s\(subject),\(row[rater]),\(outcomes[subject])\n"
      }
      paths.append("\(folder.path)/scores_\(rater).csv")
      try text.write(toFile: paths[rater], atomically: true, encoding: .utf8)
    }
    let table = folder.path + "/scores.csv"
    let arguments = ["raters", "scores"] + paths + ["--score", "probability"]
    let result = try Program.run(
      arguments + ["--outcome", "died", "--case-csv", table, "--json"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.json?["flipped_cases"]?.int == 1)
    #expect(result.json?["pairs"]?.array?.first?["flips"]?.int == 1)
    // Of six pairs of a subject with and one without the outcome five are in order, then four.
    let areas = result.json?["auc"]?.array?.compactMap { $0["auc"]?.double } ?? []
    #expect(zip(areas, [5.0 / 6, 4.0 / 6]).allSatisfy { abs($0 - $1) < 1e-12 } && areas.count == 2)
    #expect(try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n").count == 6)
    let text = try Program.run(arguments)
    #expect(text.status == 0 && text.output.contains("cases that change their class at 0.5: 1\n"))
    #expect(!text.output.contains("AUC"))
    let absent = try Program.run(["raters", "scores"] + paths + ["--score", "none"])
    #expect(absent.status == 1 && absent.errors.contains("has no column none"))
    let wrong = try Program.run(arguments + ["--outcome", "probability"])
    #expect(wrong.status == 1 && wrong.errors.contains("the outcome of the case s0"))
  }

  @Test func wrongArguments() throws {
    let one = raters[0] + "/one.nii.gz"
    for arguments in [
      ["agreement", raters[0]], ["consensus", one, "--method", "union", "--output", "o.nii"],
      ["consensus", one, one, "--method", "union", "--whole-image", "--output", "o.nii"],
      ["consensus", one, one, "--method", "mean", "--output", "o.nii"], ["icc", "t.csv"],
    ] {
      let result = try Program.run(["raters"] + arguments)
      #expect(result.status == 64, "\(arguments)")
      #expect(result.errorLines.count == 1)
    }
  }
}
