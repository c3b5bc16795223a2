import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// `roi fuse` and `roi recipe` on a box in CT and PET.
struct RecipeCommandTests {
  private let folder: TemporaryFolder
  private let geometry = Geometry(
    extent: Extent(x: 40, y: 40, z: 10), spacing: Vector3(1, 1, 2), origin: Vector3(4, 5, 6))

  init() throws {
    folder = try TemporaryFolder()
    var map = LabelMap(
      labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
    for z in 3..<7 { for y in 12..<24 { for x in 14..<28 { map[x, y, z] = 1 } } }
    try map.write(to: folder.path + "/mask.nii.gz")
    let ct = Volume(voxels: map.labels.map { $0 == 1 ? Float(400) : -1000 }, geometry: geometry)
    let pet = Volume(voxels: map.labels.map { $0 == 1 ? Float(20) : 0 }, geometry: geometry)
    try ct.write(to: folder.path + "/ct.nii.gz")
    try pet.write(to: folder.path + "/pet.nii.gz")
    try
      "case,ct,pet,mask\np1,ct.nii.gz,pet.nii.gz,mask.nii.gz\np2,ct.nii.gz,gone.nii.gz,mask.nii.gz\n"
      .write(toFile: folder.path + "/cohort.csv", atomically: true, encoding: .utf8)
  }

  @Test func fuse() throws {
    let output = folder.path + "/fused.nii.gz"
    for method in ["weighted", "alpha", "maximum"] {
      let result = try Program.run(
        "roi", "fuse", folder.path + "/ct.nii.gz", folder.path + "/pet.nii.gz", output, "--method",
        method)
      #expect(result.status == 0, "\(result.errors)")
      let fused = try Volume<Float>(contentsOf: output)
      #expect(fused[0, 0, 0] == 0 && fused[20, 20, 5] == 1)
    }
  }

  @Test func recipe() throws {
    let output = folder.path + "/samples"
    let result = try Program.run(
      "roi", "recipe", "pet-ct-64", folder.path + "/cohort.csv", "--output", output, "--json")
    #expect(result.status == 2)
    #expect(result.errorLines.count == 1 && result.errors.contains("gone.nii.gz"))
    #expect(result.json?["samples"]?.int == 1)
    #expect(try PNGFile.read(output + "/p1.png").width == 64)
    let wrong = try Program.run(
      "roi", "recipe", "pet", folder.path + "/cohort.csv", "--output", output)
    #expect(wrong.status == 1 && wrong.errors.contains("pet-ct-64"))
    #expect(
      try Program.run("roi", "fuse", "a", "b", "c", "--first-window", "5,1").status == 64)
  }
}
