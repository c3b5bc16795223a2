import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// `register` with labels and landmarks that are known in both images.
struct RegisterStructuresTests {
  private let folder: TemporaryFolder
  private let shift = Vector3(6, -4, 5)

  init() throws {
    folder = try TemporaryFolder()
    let body = RegisterTests.body(on: RegisterTests.grid)
    var moved = RegisterTests.grid
    moved.origin = moved.origin + shift
    let labels = body.voxels.map { LabelMap.Label($0 > 90 ? 7 : $0 > 40 ? 2 : 0) }
    try body.write(to: path("fixed"))
    try Volume(voxels: body.voxels.map { 200 - $0 }, geometry: moved).write(to: path("moving"))
    try LabelMap(labels: labels, geometry: RegisterTests.grid).write(to: path("fixed_labels"))
    try LabelMap(labels: labels, geometry: moved).write(to: path("moving_labels"))
    let points = [Vector3(0, 0, 0), Vector3(15, 10, 5), Vector3(-20, 5, -10)]
    for (name, offset) in [("fixed", Vector3(0, 0, 0)), ("moving", shift)] {
      let lines = points.map { $0 + offset }.map { "\($0.x),\($0.y),\($0.z)\n" }
      try ("x,y,z\n" + lines.joined()).write(
        toFile: "\(folder.path)/\(name).csv", atomically: true, encoding: .utf8)
    }
  }

  private func path(_ name: String) -> String { "\(folder.path)/\(name).nii.gz" }

  private func register(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(
      ["register", "--fixed", path("fixed"), "--moving", path("moving"), "--json"] + arguments)
  }

  /// Dice of a label in two maps, counted here.
  private func dice(_ a: LabelMap, _ b: LabelMap, _ label: LabelMap.Label) -> Double {
    let both = zip(a.labels, b.labels).count { $0 == label && $1 == label }
    let sum = a.labels.count { $0 == label } + b.labels.count { $0 == label }
    return 2 * Double(both) / Double(sum)
  }

  @Test func overlapAndErrorsAreMeasured() throws {
    let result = try register(
      "--labels-output", path("carried"), "--fixed-labels", path("fixed_labels"),
      "--moving-labels", path("moving_labels"), "--fixed-points", folder.path + "/fixed.csv",
      "--moving-points", folder.path + "/moving.csv")
    #expect(result.status == 0, "\(result.errors)")
    let fixed = try LabelMap(contentsOf: path("fixed_labels"))
    let carried = try LabelMap(contentsOf: path("carried"))
    #expect(carried.geometry.matches(fixed.geometry))
    #expect(Set(carried.labels).isSubset(of: [0, 2, 7]))
    let rows = try #require(result.json?["dice"]?.array)
    #expect(rows.map { $0["label"]?.int } == [2, 7])
    for (row, label) in zip(rows, [2, 7] as [LabelMap.Label]) {
      let after = try #require(row["after"]?.double)
      #expect(abs(after - dice(fixed, carried, label)) < 1e-12)
      #expect(after > 0.97)
      #expect(try #require(row["before"]?.double) < 0.85)
    }
    let before = try #require(result.json?["error_before_mm"]?["mean"]?.double)
    #expect(abs(before - shift.length) < 1e-9)
    #expect(try #require(result.json?["error_after_mm"]?["largest"]?.double) < 0.5)
  }

  @Test func whatDoesNotBelongTogetherIsRefused() throws {
    let output = ["--output", path("out")]
    for (arguments, status, reason) in [
      (["--fixed-labels", path("fixed_labels")], 64, "needs --moving-labels"),
      (["--moving-labels", path("moving_labels")], 64, "needs --labels-output"),
      (["--fixed-points", folder.path + "/fixed.csv"], 64, "belong together"),
      (
        ["--fixed-labels", path("moving_labels"), "--moving-labels", path("moving_labels")], 1,
        "another grid"
      ),
      (
        [
          "--fixed-points", folder.path + "/fixed.csv", "--moving-points",
          folder.path + "/none.csv",
        ], 1, "none.csv"
      ),
    ] {
      let result = try Program.run(
        ["register", "--fixed", path("fixed"), "--moving", path("moving")] + output + arguments)
      #expect(result.status == status)
      #expect(result.errors.contains(reason), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: path("out")))
    }
  }

  @Test(arguments: ["fixed", "moving"])
  func labelsOfACaseComeOntoItsGrid(drawnOn channel: String) throws {
    let patient = folder.path + "/patient"
    try FileManager.default.createDirectory(atPath: patient, withIntermediateDirectories: false)
    for name in ["fixed", "moving"] {
      try FileManager.default.copyItem(atPath: path(name), toPath: "\(patient)/\(name).nii.gz")
    }
    func run(_ more: String...) throws -> LabelMap {
      let result = try Program.run(
        [
          "register", "case", patient, "--output", folder.path + "/imagesTr", "--labels",
          path(channel + "_labels"), "--labels-on", channel, "--labels-output",
          folder.path + "/labelsTr",
        ] + more)
      #expect(result.status == 0, "\(result.errors)")
      return try LabelMap(contentsOf: folder.path + "/labelsTr/patient.nii.gz")
    }
    let truth = try LabelMap(contentsOf: path("fixed_labels"))
    let labels = try run()
    #expect(labels.geometry.matches(truth.geometry))
    for label in [2, 7] as [LabelMap.Label] { #expect(dice(truth, labels, label) > 0.97) }
    if channel == "fixed" { #expect(labels.labels == truth.labels) }
    let spaced = try run("--spacing", "2,2,2")
    let image = try VolumeHeader(contentsOf: folder.path + "/imagesTr/patient_0001.nii.gz")
    #expect(spaced.geometry.matches(image.geometry))
    #expect(spaced.extent == Extent(x: 60, y: 54, z: 56))
  }
}
