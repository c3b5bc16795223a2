import Foundation
import JSONDocuments
import PresetFiles
import RegionRecipes
import RegionsOfInterest
import Resampling
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite struct RegionRecipeTests {
  private let folder: TemporaryFolder
  private let ct = Geometry(
    extent: Extent(x: 50, y: 44, z: 20), spacing: Vector3(1.2, 1.2, 3), origin: Vector3(-20, 7, 9))
  private let pet = Geometry(
    extent: Extent(x: 20, y: 20, z: 18), spacing: Vector3(4, 4, 4), origin: Vector3(-25, 0, 5))
  private let centre = Vector3(6, 32, 36)

  init() throws { folder = try TemporaryFolder() }

  /// A ball of 8 mm, of -200 HU in -800, with an SUV of 10 in 1; and one of 4 mm apart from it.
  private func images() -> [Volume<Float>] {
    func image(_ grid: Geometry, inside: Float, outside: Float) -> Volume<Float> {
      var image = Volume(repeating: outside, geometry: grid)
      for voxel in voxels(of: grid) where isInside(voxel.point) {
        image.voxels[voxel.index] = inside
      }
      return image
    }
    return [
      image(ct, inside: -200, outside: -800), image(pet, inside: 10, outside: 1),
    ]
  }

  private func isInside(_ point: Vector3) -> Bool {
    (point - centre).length <= 8 || (point - Vector3(28, 32, 36)).length <= 4
  }

  private func voxels(of grid: Geometry) -> [(index: Int, point: Vector3)] {
    (0..<grid.extent.count).map { index in
      let (row, x) = index.quotientAndRemainder(dividingBy: grid.extent.x)
      let (z, y) = row.quotientAndRemainder(dividingBy: grid.extent.y)
      return (index, grid.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z))))
    }
  }

  private var mask: LabelMap {
    var map = LabelMap(labels: Array(repeating: 0, count: ct.extent.count), geometry: ct)
    for voxel in voxels(of: ct) where isInside(voxel.point) { map.labels[voxel.index] = 1 }
    return map
  }

  /// The whole of the study's chain against its steps done one after the other by hand.
  @Test func petCtEqualsTheStepsByHand() throws {
    let recipe = try RegionRecipe(named: "pet-ct-64")
    let images = images()
    let samples = try recipe.samples(of: images, mask)
    #expect(samples.count == 1)
    let sample = samples[0]
    #expect(sample.channels.map(\.extent) == Array(repeating: Extent(x: 64, y: 64, z: 1), count: 3))
    let grid = try #require(ct.respaced(Vector3(1, 1, 1)))
    let region = try mask.aligned(with: grid).map.region(of: nil)
    var crop = RegionCrop()
    (crop.shape, crop.margin, crop.slices) = (.square, 20, .largest)
    let box = try #require(try crop.box(around: region))
    #expect(sample.box == box)
    // Both balls are 34 mm apart at their ends: a square of 34 + 2 × 20 voxels of 1 mm.
    #expect(abs(box.x.count - 74) <= 2 && box.x.count == box.y.count && box.z.count == 1)
    var channels: [Volume<Float>] = []
    for (image, (low, high, outside)) in zip(
      images, [(Float(-1000), Float(400), Float(-1024)), (0, 20, 0)])
    {
      let whole = try image.resampled(onto: grid, interpolation: .linear, outside: outside)
      let cut = whole.cropped(to: box, filling: outside)
      let scaled = Volume(
        voxels: cut.voxels.map { min(max(($0 - low) / (high - low), 0), 1) },
        geometry: cut.geometry)
      channels.append(scaled.resized(to: Extent(x: 64, y: 64, z: 1), by: .linear))
    }
    for (channel, expected) in zip(sample.channels, channels) {
      #expect(largestDifference(channel.voxels, expected.voxels).value < 2e-4)
    }
    let fused = zip(channels[0].voxels, channels[1].voxels).map { 0.5 * $0 + 0.5 * $1 }
    #expect(largestDifference(sample.channels[2].voxels, fused).value < 2e-4)
    // In the world the ball is where it was.
    let middle = try #require(sample.mask.geometry.voxel(ofWorldPoint: centre))
    #expect(sample.mask[Int(middle.x.rounded()), Int(middle.y.rounded()), 0] == 1)
    #expect(abs(middle.z) < 1)
  }

  @Test func lesionsAreBoxedOneByOne() throws {
    var recipe = try RegionRecipe(named: "ct-cube-64")
    recipe.size = [32, 32, 32]
    let samples = try recipe.samples(of: [images()[0]], mask)
    #expect(samples.map(\.lesion) == [1, 2])
    #expect(
      samples.map(\.channels[0].extent) == Array(repeating: Extent(x: 32, y: 32, z: 32), count: 2))
    #expect(samples[0].regionVoxels > 4 * samples[1].regionVoxels)
    recipe.dilation = 3
    let grown = try recipe.samples(of: [images()[0]], mask)
    #expect(abs(grown[0].box.x.count - samples[0].box.x.count - 6) <= 1)
  }

  @Test func everyFieldIsChecked() throws {
    for name in RegionRecipe.presetNames {
      let recipe = try RegionRecipe(named: name)
      #expect(try RegionRecipe(recipe.document, from: "again") == recipe)
      let document = recipe.document
      for (field, _) in try #require(document.object).members {
        var object = try #require(document.object)
        object[field] = nil
        #expect(throws: PresetError.self, "\(field)") {
          try RegionRecipe(.object(object), from: "f")
        }
        object = try #require(document.object)
        object[field] = ["nonsense": true]
        #expect(throws: PresetError.self, "\(field)") {
          try RegionRecipe(.object(object), from: "f")
        }
      }
      var object = try #require(document.object)
      object["sise"] = 3
      do {
        _ = try RegionRecipe(.object(object), from: "f.json")
        Issue.record("an unknown field was taken")
      } catch { #expect(error.description.hasPrefix("f.json: the field 'sise'")) }
    }
    #expect(throws: PresetError.self) { try RegionRecipe(named: "pet-ct-65") }
    // No number, however absurd, does more than fail.
    for variant in AbsurdDocument.variants(of: try RegionRecipe(named: "pet-ct-64").document) {
      _ = try? RegionRecipe(variant.document, from: "f")
    }
  }

  /// Three raters' masks, a missing file, an empty mask: what can be made is made, the rest is told.
  @Test func cohortsGoOnAfterFailures() throws {
    let path = folder.path
    for (image, name) in zip(images(), ["ct", "pet"]) {
      try image.write(to: "\(path)/\(name).nii.gz")
    }
    try mask.write(to: "\(path)/mask.nii.gz")
    LabelMap(labels: Array(repeating: 0, count: ct.extent.count), geometry: ct)
      .writeForTest(to: "\(path)/empty.nii.gz")
    try """
    case,ct,pet,a,b
    one,ct.nii.gz,pet.nii.gz,mask.nii.gz,mask.nii.gz
    two,ct.nii.gz,none.nii.gz,mask.nii.gz,
    three,ct.nii.gz,pet.nii.gz,empty.nii.gz,mask.nii.gz

    """.write(toFile: "\(path)/cohort.csv")
    var recipe = try RegionRecipe(named: "pet-ct-64")
    recipe.masks = ["a", "b"]
    recipe.formats = [.png, .tiff, .nifti]
    let cohort = try RecipeCohort(contentsOf: "\(path)/cohort.csv", for: recipe)
    let run = try RecipeRun(of: recipe, named: "r", for: cohort, to: "\(path)/out/deep")
    #expect(run.samples == 3)
    #expect(run.failures.map(\.name) == ["two", "three"])
    #expect(run.failures[0].reason.contains("none.nii.gz"))
    #expect(run.failures[1].reason.contains("empty.nii.gz"))
    let picture = try PNGFile.read("\(path)/out/deep/one_a.png")
    #expect(picture.width == 64 && picture.height == 64 && picture.channelCount == 3)
    let volume = try ImageFile(contentsOf: "\(path)/out/deep/one_a.nii.gz")
    #expect(volume.channels.count == 3)
    guard case .sixteenBit(let values) = picture.samples else {
      Issue.record("expected 16 bits")
      return
    }
    for (index, channel) in volume.channels.enumerated() {
      for pixel in 0..<4096 {
        #expect(values[3 * pixel + index] == UInt16((channel.voxels[pixel] * 65535).rounded()))
      }
    }
    #expect(try ImageFile(contentsOf: "\(path)/out/deep/three_b.tif").channels.count == 3)
    let manifest = try JSONValue(contentsOf: "\(path)/out/deep/manifest.json")
    #expect(manifest["samples"]?.array?.count == 3)
    #expect(manifest["samples"]?.array?.first?["files"]?.array?.count == 4)
    #expect(try RegionRecipe(try #require(manifest["settings"]), from: "manifest") == recipe)
    recipe.masks = ["c"]
    #expect(throws: RecipeError.self) {
      try RecipeCohort(contentsOf: "\(path)/cohort.csv", for: recipe)
    }
  }
}

extension LabelMap {
  fileprivate func writeForTest(to path: String) { try? write(to: path) }
}

extension String {
  fileprivate func write(toFile path: String) throws {
    try write(toFile: path, atomically: true, encoding: .utf8)
  }
}
