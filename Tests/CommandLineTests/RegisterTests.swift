import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// `register`: what it writes, and that it writes nothing where something is wrong.
struct RegisterTests {
  private let folder: TemporaryFolder
  private var fixed: String { folder.path + "/fixed.nii.gz" }
  private var moving: String { folder.path + "/moving.nii.gz" }

  init() throws {
    folder = try TemporaryFolder()
    var grid = Self.grid
    let image = Self.body(on: grid)
    try image.write(to: folder.path + "/fixed.nii.gz")
    grid.origin = grid.origin + Vector3(6, -4, 5)
    // Another contrast, moved by its header.
    try Volume(voxels: image.voxels.map { 200 - $0 }, geometry: grid)
      .write(to: folder.path + "/moving.nii.gz")
  }

  static let grid = Geometry(
    extent: Extent(x: 40, y: 36, z: 28), spacing: Vector3(3, 3, 4), origin: Vector3(-60, -54, -56))

  /// Three balls in a larger one.
  static func body(on grid: Geometry) -> Volume<Float> {
    var image = Volume<Float>(repeating: 0, geometry: grid)
    let balls: [(Vector3, Double, Float)] = [
      (Vector3(0, 0, 0), 45, 50), (Vector3(15, 10, 5), 12, 60), (Vector3(-20, 5, -10), 9, 100),
      (Vector3(2, -18, 14), 14, -30),
    ]
    for z in 0..<grid.extent.z {
      for y in 0..<grid.extent.y {
        for x in 0..<grid.extent.x {
          let point = grid.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          for (centre, radius, brightness) in balls where (point - centre).length < radius {
            image[x, y, z] += brightness
          }
        }
      }
    }
    return image
  }

  @Test func imageAndTransformAreWritten() throws {
    let (output, transform) = (folder.path + "/output.nii.gz", folder.path + "/found.tfm")
    let result = try Program.run(
      "register", "--fixed", fixed, "--moving", moving, "--output", output, "--transform",
      transform, "--report", folder.path + "/report.png", "--json")
    #expect(result.status == 0)
    #expect(try ImageFile(contentsOf: folder.path + "/report.png").channels.count == 3)
    let rows = try #require(result.json?["matrix_lps"]?.array).map { $0.doubles ?? [] }
    for (row, shift) in zip(rows, [6.0, -4, 5]) { #expect(abs(row[3] - shift) < 0.5) }
    #expect(result.json?["levels"]?.array?.count == 3)
    #expect(result.json?["warnings"]?.array?.isEmpty == true)
    #expect(try VolumeHeader(contentsOf: output).geometry.extent == Extent(x: 40, y: 36, z: 28))

    // The transform brings the image over as the registration did.
    let again = folder.path + "/again.nii.gz"
    let warped = try Program.run(
      "warp", "--transform", transform, "--moving", moving, "--fixed", fixed, "--output", again)
    #expect(warped.status == 0)
    let (a, b) = (
      try Volume<Float>(contentsOf: output).voxels, try Volume<Float>(contentsOf: again).voxels
    )
    #expect(largestDifference(a, b).value < 1e-3)

    // Beginning with the answer, there is nothing left to find.
    let second = try Program.run(
      "register", "--fixed", fixed, "--moving", moving, "--transform", folder.path + "/2.nii.gz",
      "--initial", transform, "--json", "--preset", "affine")
    #expect(second.status == 0)
    #expect(FileManager.default.fileExists(atPath: folder.path + "/2.nii.gz"))
  }

  @Test func fieldAndInverseAreWritten() throws {
    let (field, inverse) = (folder.path + "/field.nii.gz", folder.path + "/back.nii.gz")
    let output = folder.path + "/output.nii.gz"
    let result = try Program.run(
      "register", "--fixed", fixed, "--moving", moving, "--preset", "deformable", "--fast",
      "--metric", "mind", "--output", output, "--transform", field, "--inverse", inverse, "--json")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.json?["folded_share"]?.double == 0)
    #expect(try #require(result.json?["SDlogJ_L2R"]?.double) < 0.2)
    #expect(try #require(result.json?["mean_inverse_consistency_error_mm"]?.double) < 0.2)
    // There and back through both files, the fixed image is where it was.
    let again = folder.path + "/again.nii.gz"
    let warped = try Program.run(
      "warp", "--transform", inverse, field, "--moving", moving, "--fixed", moving, "--output",
      again)
    #expect(warped.status == 0, "\(warped.errors)")
    let (a, b) = (
      try Volume<Float>(contentsOf: moving).voxels, try Volume<Float>(contentsOf: again).voxels
    )
    let difference = zip(a, b).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) } / Double(a.count)
    // Of a range of 170; what lies beyond the fixed image comes back as 0.
    #expect(difference < 25, "\(difference)")
    let linear = try Program.run(
      "register", "--fixed", fixed, "--moving", moving, "--output", output, "--fast")
    #expect(linear.status == 64 && linear.errors.contains("--fast belongs to"))
    let matrix = try Program.run(
      "register", "--fixed", fixed, "--moving", moving, "--preset", "deformable", "--transform",
      "t.mat")
    #expect(matrix.status == 64 && matrix.errors.contains("no matrix"))
  }

  @Test func severalImagesAreNamedAfterThemselves() throws {
    let flat = folder.path + "/flat.nii"
    try Volume<Float>(repeating: 1, geometry: Geometry(extent: Extent(x: 9, y: 9, z: 1)))
      .write(to: flat)
    let (images, transforms) = (folder.path + "/images", folder.path + "/transforms")
    let result = try Program.run(
      "register", "--fixed", fixed, "--moving", moving, flat, fixed, "--output", images,
      "--transform", transforms, "--json")
    #expect(result.status == 1)
    let last = try #require(result.errorLines.last)
    #expect(last.hasPrefix("error: 1 of 3 images are not registered: \(flat) on \(fixed): "))
    #expect(result.json?["failed"]?.int == 1)
    #expect(result.json?["images"]?.array?.count == 3)
    #expect(namesInFolder(images) == ["fixed.nii.gz", "moving.nii.gz"])
    #expect(namesInFolder(transforms) == ["fixed.tfm", "moving.tfm"])
    let same = try Program.run(
      "register", "--fixed", fixed, "--moving", moving, "other/moving.nii", "--output", images)
    #expect(same.status == 64)
    #expect(same.errors.contains("called moving"))
  }

  @Test func whatCannotBeRegisteredWritesNothing() throws {
    let flat = folder.path + "/flat.nii.gz"
    try Volume<Float>(repeating: 1, geometry: Geometry(extent: Extent(x: 9, y: 9, z: 1)))
      .write(to: flat)
    let constant = folder.path + "/constant.nii.gz"
    let grid = Geometry(extent: Extent(x: 9, y: 9, z: 9))
    try Volume<Float>(repeating: 1, geometry: grid).write(to: constant)
    let mask = folder.path + "/mask.nii.gz"
    try LabelMap(labels: [UInt16](repeating: 1, count: grid.extent.count), geometry: grid)
      .write(to: mask)
    let (far, empty) = (folder.path + "/far.nii.gz", folder.path + "/empty.nii.gz")
    var elsewhere = try Volume<Float>(contentsOf: moving)
    elsewhere.geometry.origin = Vector3(3000, 0, 0)
    try elsewhere.write(to: far)
    try Volume<Float>(repeating: .nan, geometry: grid).write(to: empty)
    let output = folder.path + "/output.nii.gz"
    for (arguments, reason) in [
      (["--moving", far, "--preset", "pet-ct"], "come to lie in the moving image"),
      (["--moving", empty], "no intensity variation"),
      (["--moving", moving, "--moving-mask", mask], "another grid"),
      (["--moving", flat], "three-dimensional"),
      (["--moving", constant], "no intensity variation"),
      (["--moving", moving, "--fixed-mask", mask], "another grid"),
      (["--moving", moving, "--preset", "magic"], "no registration preset"),
      (["--moving", folder.path + "/none.nii"], "none.nii"),
      (["--moving", moving, "--initial", folder.path + "/none.tfm"], "none.tfm"),
    ] {
      let result = try Program.run(
        ["register", "--fixed", fixed, "--output", output] + arguments)
      #expect(result.status == 1)
      #expect(result.errorLines.count == 1)
      #expect(result.errors.contains(reason), "\(result.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test func wrongArgumentsAreStatus64() throws {
    for arguments in [
      [], ["--transform", "t.h5"], ["--output", "o.nii", "--order", "2"], ["--output", "o"],
      ["--output", "o.nii", "--report", "r.jpg"],
    ] {
      let result = try Program.run(["register", "--fixed", "f", "--moving", "m"] + arguments)
      #expect(result.status == 64)
      #expect(result.errorLines.count == 1)
    }
  }
}
