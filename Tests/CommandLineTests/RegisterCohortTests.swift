import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// `register cohort` and `register case`: many images at once.
struct RegisterCohortTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let grid = RegisterTests.grid
    let image = RegisterTests.body(on: grid)
    try image.write(to: folder.path + "/fixed.nii.gz")
    var moved = grid
    moved.origin = grid.origin + Vector3(6, -4, 5)
    let other = Volume(voxels: image.voxels.map { 200 - $0 }, geometry: moved)
    try other.write(to: folder.path + "/moving.nii.gz")
    try LabelMap(labels: image.voxels.map { $0 > 0 ? 3 : 0 }, geometry: moved)
      .write(to: folder.path + "/mask.nii.gz")
    try Volume<Float>(repeating: 1, geometry: grid).write(to: folder.path + "/constant.nii.gz")
  }

  private func write(_ lines: [String], to name: String = "study.csv") throws -> String {
    let path = "\(folder.path)/\(name)"
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func studyIsRegisteredAndGoneOnWith() throws {
    let table = try write([
      "case,fixed,moving,labels,preset", "a,fixed.nii.gz,moving.nii.gz,mask.nii.gz,",
      "b,fixed.nii.gz,constant.nii.gz,,", "c,fixed.nii.gz,none.nii.gz,,",
      "d,fixed.nii.gz,moving.nii.gz,,affine",
    ])
    let output = folder.path + "/out"
    let first = try Program.run("register", "cohort", table, "--output", output, "--json")
    #expect(first.status == 1)
    #expect(first.errorLines.count == 3)
    #expect(first.errorLines[0].hasPrefix("b: "))
    #expect(first.errorLines[0].contains("no intensity variation"))
    #expect(first.errorLines[1].hasPrefix("c: ") && first.errorLines[1].contains("none.nii.gz"))
    #expect(first.errorLines[2].hasPrefix("error: 2 of 4 cases are not registered"))
    #expect(first.json?["failed"]?.int == 2)
    let made = [
      "a.json", "a.nii.gz", "a.tfm", "a_labels.nii.gz", "d.json", "d.nii.gz", "d.tfm",
      "registration.csv",
    ]
    #expect(namesInFolder(output) == made)
    let labels = try LabelMap(contentsOf: output + "/a_labels.nii.gz")
    let body = RegisterTests.body(on: RegisterTests.grid)
    let differing = zip(labels.labels, body.voxels).count { ($0 == 3) != ($1 > 0) }
    #expect(differing < body.voxels.count / 100)
    let lines = try String(contentsOfFile: output + "/registration.csv", encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[0].hasPrefix("case,status,cost_before,cost_after,overlap,"))
    #expect(lines[1].hasPrefix("a,done,-") && lines[2].hasPrefix("b,failed,,,"))

    // What is done stays; what failed is tried again.
    let dates = try ["a.nii.gz", "d.nii.gz"].map { try date(output + "/" + $0) }
    try RegisterTests.body(on: RegisterTests.grid).write(to: folder.path + "/constant.nii.gz")
    _ = try write([
      "case,fixed,moving,labels,preset", "a,fixed.nii.gz,moving.nii.gz,mask.nii.gz,",
      "b,fixed.nii.gz,constant.nii.gz,,", "d,fixed.nii.gz,moving.nii.gz,,affine",
    ])
    let second = try Program.run("register", "cohort", table, "--output", output, "--report")
    #expect(second.status == 0)
    #expect(second.output.contains("3 of 3 cases registered (0 earlier)"))
    #expect(try ["a.nii.gz", "d.nii.gz"].map { try date(output + "/" + $0) } != dates)
    let third = try Program.run("register", "cohort", table, "--output", output, "--report")
    #expect(third.output.contains("(3 earlier)"))
    let fourth = try Program.run("register", "cohort", table, "--output", output, "--order", "3")
    #expect(fourth.output.contains("(0 earlier)"))
  }

  private func date(_ path: String) throws -> Date? {
    try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }

  @Test(arguments: [
    (["case,fixed"], "no column 'moving'"), (["case,fixed,moving,age", "a,f,m,3"], "column 'age'"),
    (["case,fixed,moving"], "names no case"), (["case,fixed,moving", "a,,m"], "line 2"),
    (["case,fixed,moving", "a,f,m", "a,f,m"], "second case 'a'"),
    (["case,fixed,moving", "../a,f,m"], "'../a'"), (["case,fixed,moving", "a,f"], "3 fields"),
  ])
  func tablesThatMakeNoSense(_ lines: [String], _ reason: String) throws {
    let table = try write(lines)
    let result = try Program.run("register", "cohort", table, "--output", folder.path + "/out")
    #expect(result.status == 1 && result.errorLines.count == 1)
    #expect(result.errors.contains(reason), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }

  @Test func channelsComeOntoOneGrid() throws {
    let patient = folder.path + "/patient_7"
    try FileManager.default.createDirectory(atPath: patient, withIntermediateDirectories: false)
    for (from, to) in [("fixed", "t1"), ("moving", "dwi")] {
      try FileManager.default.copyItem(
        atPath: "\(folder.path)/\(from).nii.gz", toPath: "\(patient)/\(to).nii.gz")
    }
    let output = folder.path + "/imagesTr"
    let result = try Program.run(
      "register", "case", patient, "--output", output, "--reference", "t1", "--transforms",
      folder.path + "/transforms", "--report", folder.path + "/pictures", "--json")
    #expect(result.status == 0)
    #expect(namesInFolder(output) == ["patient_7_0000.nii.gz", "patient_7_0001.nii.gz"])
    #expect(namesInFolder(folder.path + "/transforms") == ["dwi.tfm", "t1.tfm"])
    #expect(namesInFolder(folder.path + "/pictures") == ["dwi.png"])
    let dwi = try Volume<Float>(contentsOf: output + "/patient_7_0000.nii.gz")
    let t1 = try Volume<Float>(contentsOf: output + "/patient_7_0001.nii.gz")
    #expect(dwi.geometry.matches(t1.geometry))
    // The contrast is turned round, so that the sum is constant where both are.
    let middle = t1.extent.index(20, 18, 14)
    #expect(abs(dwi.voxels[middle] + t1.voxels[middle] - 200) < 15)

    let spaced = try Program.run(
      "register", "case", patient, "--output", output, "--case", "p", "--channels", "t1", "dwi",
      "--spacing", "2,2,2")
    #expect(spaced.status == 0)
    let first = try VolumeHeader(contentsOf: output + "/p_0000.nii.gz").geometry
    #expect(first.extent == Extent(x: 60, y: 54, z: 56))
    #expect(first.matches(try VolumeHeader(contentsOf: output + "/p_0001.nii.gz").geometry))
  }

  @Test func caseThatCannotBeAlignedWritesNothing() throws {
    let output = folder.path + "/imagesTr"
    for (arguments, reason) in [
      (["--channels", "fixed", "constant"], "no intensity variation"),
      (["--channels", "fixed", "t9"], "t9"), (["--channels", "fixed"], "two images or more"),
      (["--reference", "pet"], "pet"), (["--preset", "magic"], "no registration preset"),
      (["--channels", "fixed", "fixed"], "named twice"),
    ] {
      let result = try Program.run(
        ["register", "case", folder.path, "--output", output] + arguments)
      #expect(result.status == 1 && result.errorLines.count == 1)
      #expect(result.errors.contains(reason), "\(result.errors)")
    }
    let none = try Program.run("register", "case", folder.path + "/none", "--output", output)
    #expect(none.status == 1 && none.errorLines.count == 1)
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
