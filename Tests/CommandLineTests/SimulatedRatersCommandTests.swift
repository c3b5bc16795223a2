import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// `raters simulate` and `raters perturb` on a box.
struct SimulatedRatersCommandTests {
  private let folder: TemporaryFolder
  private var mask: String { folder.path + "/case.nii.gz" }
  private var image: String { folder.path + "/image.nii.gz" }
  private let geometry = Geometry(
    extent: Extent(x: 26, y: 24, z: 14), spacing: Vector3(1, 1, 2), origin: Vector3(4, 5, 6))

  init() throws {
    folder = try TemporaryFolder()
    var map = LabelMap(
      labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
    for z in 4..<10 { for y in 6..<18 { for x in 6..<20 { map[x, y, z] = 1 } } }
    try map.write(to: mask)
    // Bright in the box, with a pattern that stands for noise.
    let image = Volume<Float>(
      voxels: map.labels.enumerated().map { index, label in
        Float(label) * 100 + Float(index * 7919 % 23)
      }, geometry: geometry)
    try image.write(to: folder.path + "/image.nii.gz")
  }

  private func bytes(_ path: String) throws -> [UInt8] { try TestSupport.bytes(ofFile: path) }

  @Test func ratersReachTheirDice() throws {
    let output = folder.path + "/raters"
    let arguments = [
      "raters", "simulate", mask, "--output", output, "--raters", "3", "--dice", "0.8", "--json",
    ]
    let result = try Program.run(arguments)
    #expect(result.status == 0, "\(result.errors)")
    let dice = try #require(result.json?["cases"]?.array?.first?["mean_dice"]?.double)
    #expect(abs(dice - 0.8) < 0.01)
    let first = try bytes(output + "/rater_1/case.nii.gz")
    #expect(try bytes(output + "/rater_2/case.nii.gz") != first)
    #expect(
      try LabelMap(contentsOf: output + "/rater_3/case.nii.gz").geometry
        .matches(geometry, tolerance: 0))
    let manifest = try JSONValue(contentsOf: output + "/simulation.json")
    #expect(manifest["style"]?["noise_mm"]?.double == 1)
    // The same seed gives the same bytes, another one others.
    #expect(try Program.run(arguments).status == 0)
    #expect(try bytes(output + "/rater_1/case.nii.gz") == first)
    #expect(try Program.run(arguments + ["--seed", "2"]).status == 0)
    #expect(try bytes(output + "/rater_1/case.nii.gz") != first)
    let agreement = try Program.run(
      ["raters", "agreement"] + (1...3).map { "\(output)/rater_\($0)" })
    #expect(agreement.status == 0, "\(agreement.errors)")
  }

  @Test func contoursFollowTheImage() throws {
    let output = folder.path + "/contours"
    let result = try Program.run(
      "raters", "simulate", mask, "--output", output, "--raters", "2", "--image", image, "--json")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.json?["style"]?["kind"]?.string == "supervoxels")
    let dice = try #require(result.json?["cases"]?.array?.first?["dice"]?.doubles)
    #expect(dice.allSatisfy { $0 > 0.7 })
  }

  @Test func imagesAreTakenAgain() throws {
    let (again, region) = (folder.path + "/again.nii.gz", folder.path + "/region.nii.gz")
    let arguments = [
      "raters", "perturb", image, mask, "--image-output", again, "--mask-output", region,
      "--noise", "estimated", "--rotation", "5", "--translation", "0.25,0.5,0",
      "--volume-change", "0.1", "--contours", "--json",
    ]
    let result = try Program.run(arguments)
    #expect(result.status == 0, "\(result.errors)")
    let grid = try LabelMap(contentsOf: region).geometry
    #expect(grid.matches(try Volume<Float>(contentsOf: again).geometry))
    #expect(!grid.matches(geometry))
    let taken = try Program.run("roi", "check", again, region)
    #expect(taken.status == 0, "\(taken.output)")
    let first = try bytes(again)
    #expect(try Program.run(arguments).status == 0)
    #expect(try bytes(again) == first)
  }

  @Test func wrongArguments() throws {
    let output = folder.path + "/none"
    for arguments in [
      ["simulate", mask, mask, "--output", output],
      ["simulate", mask, "--output", output, "--dice", "1"],
      ["simulate", mask, "--output", output, "--raters", "0"],
      ["simulate", mask, "--output", output, "--image", image, "--noise", "1"],
      [
        "perturb", image, mask, "--image-output", output, "--mask-output", output, "--noise", "-1",
      ],
      [
        "perturb", image, mask, "--image-output", output, "--mask-output", output, "--order", "0",
      ],
    ] {
      let result = try Program.run(["raters"] + arguments)
      #expect(result.status == 64, "\(arguments)")
      #expect(result.errorLines.count == 1)
    }
    let negative = try Program.run(
      "raters", "simulate", mask, "--output", output, "--noise=-1")
    #expect(negative.status == 1)
    #expect(negative.errorLines.count == 1 && negative.errors.contains(mask))
    // A folder in place of a mask: nothing is made.
    let none = folder.path + "/nothing"
    let noMask = try Program.run("raters", "simulate", folder.path, "--output", none)
    #expect(noMask.status == 1 && noMask.errorLines.count == 1)
    #expect(!FileManager.default.fileExists(atPath: none))
  }
}
