import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// The commands of `roi` on small masks whose results are known.
struct RegionCommandTests {
  private let folder: TemporaryFolder
  private var mask: String { folder.path + "/mask.nii.gz" }
  private var output: String { folder.path + "/output.nii.gz" }
  private let geometry = Geometry(
    extent: Extent(x: 15, y: 15, z: 9), spacing: Vector3(1, 1, 2), origin: Vector3(-7.5, 3, 11))

  /// A cube of 5 × 5 × 3 voxels with label 2, hollow inside, and a lone voxel with label 1.
  init() throws {
    folder = try TemporaryFolder()
    var map = LabelMap(
      labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
    for z in 3..<6 { for y in 5..<10 { for x in 5..<10 { map[x, y, z] = 2 } } }
    map[7, 7, 4] = 0
    map[1, 1, 1] = 1
    try map.write(to: mask)
  }

  private func counts(of path: String) throws -> [UInt16: Int] {
    try LabelMap(contentsOf: path).labels.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  private func run(_ arguments: String...) throws -> JSONValue? {
    let result = try Program.run(["roi"] + arguments + ["--json"])
    #expect(result.status == 0, "\(result.errors)")
    return result.json
  }

  @Test func dilateAndErode() throws {
    let grown = try run("dilate", mask, output, "--mm", "1")
    // Of the cube, the faces across x and y, and the hole; of the voxel, four neighbours.
    #expect(try counts(of: output)[2] == 75 + 2 * 15 + 2 * 15)
    #expect(try counts(of: output)[1] == 5)
    #expect(grown?["regions"]?.array?.last?["voxels_before"]?.int == 74)
    let millilitres = try #require(grown?["regions"]?.array?.last?["ml"]?.double)
    #expect(abs(millilitres - 0.27) < 1e-12)
    #expect(try LabelMap(contentsOf: output).geometry.matches(geometry, tolerance: 0))
    _ = try run("dilate", mask, output, "--voxels", "1", "--labels", "1")
    #expect(try counts(of: output) == [0: 2025 - 81, 1: 7, 2: 74])
    _ = try run("dilate", mask, output, "--voxels", "1", "--labels", "1", "--per-slice", "x")
    #expect(try counts(of: output)[1] == 5)
    let inside = folder.path + "/inside.nii.gz"
    var allowed = LabelMap(
      labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
    allowed[2, 1, 1] = 4
    allowed[0, 1, 1] = 4
    try allowed.write(to: inside)
    _ = try run("dilate", mask, output, "--mm", "1", "--labels", "1", "--inside", inside)
    #expect(try counts(of: output)[1] == 3)
    _ = try run("dilate", mask, output, "--mm", "1", "--labels", "1", "--avoid", inside)
    #expect(try counts(of: output)[1] == 3)
    // Of a shell two voxels thick in x and y, nothing is left.
    _ = try run("erode", mask, output, "--mm", "1")
    #expect(try counts(of: output)[1] == nil)
  }

  @Test func openCloseFillAndSmooth() throws {
    _ = try run("close", mask, output, "--mm", "2")
    #expect(try counts(of: output)[2] == 75)
    _ = try run("fill", mask, output)
    #expect(try counts(of: output) == [0: 2025 - 76, 1: 1, 2: 75])
    _ = try run("fill", mask, output, "--maximum-ml", "0.0019")
    #expect(try counts(of: output)[2] == 74)
    _ = try run("fill", mask, output, "--per-slice", "z", "--labels", "2")
    #expect(try counts(of: output)[2] == 75)
    _ = try run("open", mask, output, "--mm", "1")
    #expect(try counts(of: output)[1] == nil)
    _ = try run("smooth", mask, output, "--mm", "1")
    let smooth = try counts(of: output)
    #expect(smooth[1] == nil)
    #expect(try LabelMap(contentsOf: output)[7, 7, 4] == 2)
  }

  @Test func shells() throws {
    let rings = try run("shell", mask, output, "--limits", "0,1,2", "--labels", "1")
    #expect(rings?["rings"]?.array?.map { $0["name"]?.string } == ["peri_0_1", "peri_1_2"])
    #expect(rings?["rings"]?.array?.map { $0["voxels"]?.int } == [4, 8])
    #expect(try counts(of: output) == [0: 2025 - 12, 1: 4, 2: 8])
    _ = try run(
      "shell", mask, output, "--limits", "0,1", "--labels", "1", "--tumour", "own-label")
    #expect(try counts(of: output) == [0: 2020, 1: 1, 2: 4])
  }

  /// A wall beside the lone voxel: what lies behind it is reached by going around only.
  @Test func geodesicShells() throws {
    let wall = folder.path + "/wall.nii.gz"
    var map = LabelMap(
      labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
    for z in 0..<9 { for y in 0..<15 { map[2, y, z] = 1 } }
    try map.write(to: wall)
    _ = try run("shell", mask, output, "--limits", "0,2", "--labels", "1", "--avoid", wall)
    #expect(try LabelMap(contentsOf: output)[3, 1, 1] == 1)
    _ = try run(
      "shell", mask, output, "--limits", "0,2", "--labels", "1", "--avoid", wall, "--geodesic")
    let found = try LabelMap(contentsOf: output)
    #expect(found[3, 1, 1] == 0 && found[0, 1, 1] == 1 && found[1, 3, 1] == 1)
    let free = try Program.run("roi", "shell", mask, output, "--limits", "0,2", "--geodesic")
    #expect(free.status == 64 && free.errorLines.count == 1)
  }

  @Test func componentsAndBoolean() throws {
    let parts = try run("components", mask, output, "--minimum-ml", "0.01")
    #expect(try counts(of: output) == [0: 2025 - 74, 2: 74])
    #expect(parts?["components"]?.array?.map { $0["kept"]?.bool } == [false, true])
    _ = try run("components", mask, output, "--number", "--connectivity", "6")
    #expect(try counts(of: output) == [0: 2025 - 75, 1: 1, 2: 74])
    let filled = folder.path + "/filled.nii.gz"
    _ = try run("fill", mask, filled)
    let differing = try run("boolean", "xor", filled, mask, "--output", output)
    #expect(differing?["voxels"]?.int == 1)
    _ = try run("boolean", "difference", mask, filled, "--output", output)
    #expect(try counts(of: output) == [0: 2025])
    // On half the spacing the same places.
    let fine = folder.path + "/fine.nii.gz"
    let resampled = try Program.run(
      "resample", filled, fine, "--size", "30,30,18", "--labels", "--order", "0")
    #expect(resampled.status == 0)
    let common = try run("boolean", "intersection", filled, fine, "--output", output)
    #expect(common?["voxels"]?.int == 76)
  }

  @Test func cropOfEachLesion() throws {
    var image = Volume<Float>(repeating: 40, geometry: geometry)
    image[7, 7, 3] = 100
    let path = folder.path + "/image.nii.gz"
    try image.write(to: path)
    let part = folder.path + "/part.nii.gz"
    let result = try run(
      "crop", path, mask, output, "--each-lesion", "--margin", "1", "--mask-output", part, "--size",
      "8,8,8", "--resizing", "cubic-antialiased")
    let outputs = result?["lesions"]?.array?.compactMap { $0["output"]?.string } ?? []
    #expect(outputs == [1, 2].map { "\(folder.path)/output_\($0).nii.gz" })
    #expect(try Volume<Float>(contentsOf: outputs[0]).extent == Extent(x: 8, y: 8, z: 8))
    #expect(try counts(of: folder.path + "/part_1.nii.gz")[1] == nil)
    #expect(try counts(of: folder.path + "/part_2.nii.gz")[2] == nil)
  }

  @Test func distances() throws {
    let result = try run("distance", mask, output, "--labels", "1", "--inside", "outside")
    let distances = try Volume<Float>(contentsOf: output)
    #expect(distances[1, 1, 1] == -1 && distances[4, 5, 1] == 5 && distances[1, 1, 3] == 4)
    let farthest = try #require(result?["farthest_mm"]?.double)
    // The opposite corner: 13, 13 and 7 voxels away.
    #expect(abs(farthest - (13.0 * 13 * 2 + 14 * 14).squareRoot()) < 1e-5)
  }

  @Test func crop() throws {
    var image = Volume<Float>(repeating: 40, geometry: geometry)
    image[7, 7, 4] = 100
    let path = folder.path + "/image.nii.gz"
    try image.write(to: path)
    let part = folder.path + "/part.nii.gz"
    let result = try run(
      "crop", path, mask, output, "--labels", "2", "--shape", "square", "--margin", "6",
      "--outside=-1024", "--mask-output", part)
    #expect(result?["size"]?.ints == [17, 17, 3])
    #expect(result?["box"]?["x"]?.ints == [-1, 16])
    let cut = try Volume<Float>(contentsOf: output)
    #expect(cut[0, 8, 1] == -1024 && cut[1, 8, 1] == 40 && cut[8, 8, 1] == 100)
    #expect(try counts(of: part)[2] == 74)
    let slice = try run(
      "crop", path, mask, output, "--slices", "largest", "--labels", "2", "--size", "32,32,1",
      "--mask-output", part)
    #expect(slice?["size"]?.ints == [32, 32, 1])
    #expect(try counts(of: part) == [2: 1024])
  }

  /// Each verdict is PyRadiomics' own.
  @Test func checkAgreesWithPyRadiomics() throws {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/radiomics").path
    let verdicts = try #require(try JSONValue(contentsOf: fixtures + "/verdicts.json").array)
    #expect(verdicts.count == 17)
    for verdict in verdicts {
      let name = try #require(verdict["mask"]?.string)
      var arguments = ["roi", "check", fixtures + "/image.nii.gz", "\(fixtures)/\(name).nii.gz"]
      let options = [
        "label": "--label", "minimumROIDimensions": "--minimum-dimensions",
        "minimumROISize": "--minimum-size",
      ]
      for (setting, option) in options {
        if let value = verdict["settings"]?[setting]?.int { arguments += [option, "\(value)"] }
      }
      let found = try Program.run(arguments + ["--json"])
      let isTaken = try #require(verdict["taken"]?.bool as Bool?)
      #expect(found.status == (isTaken ? 0 : 2), "\(name)")
      #expect(found.json?["taken"]?.bool == isTaken, "\(name)")
      let quotation = found.json?["problems"]?.array?.first?["pyradiomics"]?.string
      #expect(quotation == verdict["message"]?.string, "\(name)")
    }
  }

  @Test func checkMendsRounding() throws {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/radiomics").path
    let (image, moved) = (fixtures + "/image.nii.gz", fixtures + "/moved_by_rounding.nii.gz")
    let mended = try Program.run("roi", "check", image, moved, "--output", output)
    #expect(mended.status == 0)
    #expect(mended.output.contains("(mended)"))
    #expect(try Program.run("roi", "check", image, output).status == 0)
    #expect(try LabelMap(contentsOf: output).labels == LabelMap(contentsOf: moved).labels)
    let grid = try VolumeHeader(contentsOf: output).geometry
    #expect(try VolumeHeader(contentsOf: image).geometry.matches(grid, tolerance: 0))
    // An oblique grid in double precision does not survive in NIfTI.
    var oblique = Volume<Float>(repeating: 1, geometry: geometry)
    let (c, s) = (0.8, 0.6)
    oblique.geometry.direction = Matrix3(
      columns: Vector3(c, s, 0), Vector3(-s, c, 0), Vector3(0, 0, 1))
    oblique.geometry.origin = Vector3(-123.456789, 78.901234, 567.890123)
    let (exact, rounded) = (folder.path + "/exact.nrrd", folder.path + "/rounded.nii.gz")
    try oblique.write(to: exact)
    try LabelMap(labels: LabelMap(contentsOf: mask).labels, geometry: oblique.geometry)
      .write(to: rounded)
    let arguments = ["roi", "check", exact, rounded, "--label", "2", "--output"]
    let again = try Program.run(arguments + [folder.path + "/again.nii.gz"])
    #expect(again.status == 2)
    #expect(again.errors.contains("again.nii.gz: its format rounds the image's grid"))
    #expect(try Program.run(arguments + [folder.path + "/again.nrrd"]).status == 0)
    let other = try Program.run(
      "roi", "check", image, fixtures + "/moved_by_a_voxel.nii.gz", "--output", output + ".nii")
    #expect(other.status == 2)
    #expect(!FileManager.default.fileExists(atPath: output + ".nii"))
  }

  @Test func problemsAreOneLineEach() throws {
    let absent = try Program.run("roi", "dilate", mask, output, "--voxels", "1", "--labels", "7")
    #expect(absent.status == 1)
    #expect(absent.errorLines.count == 1)
    #expect(absent.errors.hasPrefix("error: \(mask): no voxel has the label 7"))
    let large = try Program.run("roi", "close", mask, output, "--mm", "1e9")
    #expect(large.status == 1)
    #expect(large.errorLines.count == 1)
    #expect(!FileManager.default.fileExists(atPath: output))
    for arguments in [
      ["dilate", mask, output], ["dilate", mask, output, "--mm", "1", "--voxels", "1"],
      ["erode", mask, output, "--mm=-1"], ["shell", mask, output, "--limits", "3,1"],
      ["components", mask, output], ["smooth", mask, output, "--mm", "0"],
      ["boolean", "union", mask, "--output", output], ["fill", mask, output, "--per-slice", "w"],
    ] {
      let result = try Program.run(["roi"] + arguments)
      #expect(result.status == 64, "\(arguments)")
      #expect(result.errorLines.count == 1)
    }
  }
}
