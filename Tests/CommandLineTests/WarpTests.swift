import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// `warp`: what it writes, and that it writes nothing where something is wrong.
struct WarpTests {
  private let folder: TemporaryFolder
  private var moving: String { folder.path + "/moving.nii.gz" }
  private var fixed: String { folder.path + "/fixed.nii.gz" }
  private var shift: String { folder.path + "/shift.tfm" }
  private var output: String { folder.path + "/output.nii.gz" }

  init() throws {
    folder = try TemporaryFolder()
    let grid = Geometry(extent: Extent(x: 12, y: 10, z: 8))
    var image = Volume<Float>(repeating: 0, geometry: grid)
    for index in image.voxels.indices { image.voxels[index] = Float(index % 12) }
    try image.write(to: folder.path + "/moving.nii.gz")
    try LabelMap(labels: image.voxels.map { $0 < 6 ? 2 : 5 }, geometry: grid)
      .write(to: folder.path + "/labels.nii.gz")
    try Volume<Float>(
      repeating: 0,
      geometry: Geometry(extent: Extent(x: 6, y: 5, z: 4), origin: Vector3(2, 2, 2))
    ).write(to: folder.path + "/fixed.nii.gz")
    try write("2.5 0 0", to: "shift.tfm")
    try write("0 400 0", to: "far.tfm")
  }

  private func write(_ translation: String, to name: String) throws {
    let text =
      "#Insight Transform File V1.0\n#Transform 0\nTransform: TranslationTransform_double_3_3\n"
      + "Parameters: \(translation)\nFixedParameters:\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
  }

  @Test func imageMovesAgainstTheTransform() throws {
    let result = try Program.run(
      "warp", "--transform", shift, "--moving", moving, "--fixed", fixed, "--output", output,
      "--json")
    #expect(result.status == 0)
    #expect(result.json?["overlap"]?.double == 1)
    let found = try Volume<Float>(contentsOf: output)
    #expect(found.extent == Extent(x: 6, y: 5, z: 4))
    for x in 0..<6 { #expect(abs(found[x, 1, 1] - (Float(x) + 4.5)) < 1e-5) }
  }

  @Test func inversesLabelsAndFields() throws {
    let field = folder.path + "/field.nii.gz"
    let back = try Program.run(
      "warp", "--transform", shift, "inverse:" + shift, "inverse:" + shift, "--moving", moving,
      "--fixed", fixed, "--output", output, "--field", field, "--outside", "-3")
    #expect(back.status == 0)
    let found = try Volume<Float>(contentsOf: output)
    #expect(found[0, 1, 1] == 0 && abs(found[5, 1, 1] - 4.5) < 1e-5)
    let again = try Program.run(
      "warp", "--transform", field, "--moving", moving, "--fixed", fixed, "--output", output,
      "--outside", "-3")
    #expect(again.status == 0)
    let second = try Volume<Float>(contentsOf: output)
    #expect(largestDifference(second.voxels, found.voxels).value < 1e-5)
    let inverse = try Program.run(
      "warp", "--transform", "inverse:" + field, "--moving", folder.path + "/labels.nii.gz",
      "--fixed", fixed, "--output", output, "--labels", "--json")
    #expect(inverse.status == 0)
    #expect(inverse.json?["largest_inversion_error_mm"]?.double != nil)
    let labels = try LabelMap(contentsOf: output)
    #expect(Set(labels.labels).isSubset(of: [0, 2, 5]))
    #expect(labels[0, 1, 1] == 2 && labels[2, 1, 1] == 5)
  }

  @Test func whatCannotBeDoneWritesNothing() throws {
    let far = folder.path + "/far.tfm"
    let (huge, far2) = (folder.path + "/huge.nii.gz", folder.path + "/far.mha")
    for (path, size) in [(huge, Float(1e7)), (far2, Float(4000))] {
      let part = Volume<Float>(
        repeating: size, geometry: try VolumeHeader(contentsOf: fixed).geometry)
      try ImageFile(channels: [part, part, part]).writeVectors(to: path)
    }
    try Data("1 2 3\n".utf8).write(to: URL(fileURLWithPath: folder.path + "/odd.mat"))
    for (transform, reason) in [
      (far, "no voxel of"), (folder.path + "/odd.mat", "3 numbers"),
      (huge, "above a kilometre"), (far2, "no voxel of"), (moving, "1 components"),
      (folder.path + "/none.tfm", "none.tfm"),
    ] {
      let result = try Program.run(
        "warp", "--transform", transform, "--moving", moving, "--fixed", fixed, "--output", output)
      #expect(result.status == 1)
      #expect(result.errorLines.count == 1)
      #expect(result.errors.contains(reason), "\(result.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
