import Foundation
import JSONDocuments
import PresetFiles
import Registration
import SpatialTransforms
import TestSupport
import Testing
import Volumes

/// What is refused, in one line, and what is warned of.
@Suite struct RefusalTests {
  private let image = Blobs(seed: 1).image(on: Blobs.grid())

  private func refusal(
    _ moving: Volume<Float>, _ fixed: Volume<Float>,
    masks: LinearRegistration.Masks = .init(), settings: LinearSettings = LinearSettings()
  ) throws -> RegistrationError {
    let error = #expect(throws: RegistrationError.self) {
      try LinearRegistration(settings).register(moving, to: fixed, masks: masks)
    }
    let found = try #require(error)
    #expect(!found.description.contains("\n"))
    return found
  }

  @Test func imagesThatCannotBeRegistered() throws {
    var constant = image
    constant.voxels = constant.voxels.map { _ in 3 }
    #expect(try refusal(constant, image) == .constant(.moving))
    #expect(try refusal(image, constant) == .constant(.fixed))
    var empty = image
    empty.voxels = empty.voxels.map { _ in .nan }
    #expect(try refusal(image, empty) == .constant(.fixed))
    let flat = Volume<Float>(
      repeating: 1, geometry: Geometry(extent: Extent(x: 30, y: 30, z: 1)))
    #expect(try refusal(flat, image) == .flat(.moving, size: "30 × 30 × 1"))
    var broken = image
    broken.geometry.direction = Matrix3(
      columns: Vector3(1, 0, 0), Vector3(1, 0, 0), Vector3(0, 0, 1))
    #expect(try refusal(broken, image) == .degenerate(.moving))
  }

  @Test func imagesApartAreRefusedWhereOnlyTheirPlacesCount() throws {
    var far = image
    far.geometry.origin = Vector3(5000, 0, 0)
    var settings = LinearSettings()
    settings.starts = .given
    #expect(try refusal(far, image, settings: settings) == .noOverlap(share: 0))
    // With the centres as starts they are found.
    settings.starts = .centres
    let found = try LinearRegistration(settings).register(far, to: image)
    #expect(found.overlap > 0.9)
  }

  @Test func masksThatDoNotFit() throws {
    let grid = image.geometry
    let empty = LabelMap(labels: [UInt16](repeating: 0, count: grid.extent.count), geometry: grid)
    #expect(try refusal(image, image, masks: .init(fixed: empty)) == .emptyMask(.fixed))
    var tiny = empty
    for x in 20...21 { for y in 20...21 { tiny.labels[grid.extent.index(x, y, 16)] = 1 } }
    let few = try refusal(image, image, masks: .init(fixed: tiny))
    #expect(few.description.contains("points are left to compare"))
    var shifted = empty
    shifted.labels[0] = 1
    shifted.geometry.origin = Vector3(0, 0, 0)
    let error = try refusal(image, image, masks: .init(moving: shifted))
    #expect(error.description.contains("moving mask is on another grid"))
  }

  @Test func settingsThatMakeNoSense() throws {
    var settings = LinearSettings()
    settings.metric = .mutualInformation(bins: 2)
    #expect(try refusal(image, image, settings: settings).description.contains("bins"))
    settings = LinearSettings()
    settings.spacings = []
    #expect(try refusal(image, image, settings: settings).description.contains("spacings"))
    settings = LinearSettings()
    settings.sampleLimit = 0
    #expect(try refusal(image, image, settings: settings).description.contains("samples"))
  }

  @Test func alignmentIsKeptWhereNothingIsGained() throws {
    var settings = try LinearSettings(preset: "pet-ct")
    settings.fixedRange = nil
    let result = try LinearRegistration(settings).register(image, to: image)
    #expect(result.keepsInitial && result.map == .identity)
    #expect(result.warnings.count == 1)
  }

  @Test func presetsAreReadAndBrokenOnesRefused() throws {
    #expect(try LinearSettings(preset: "rigid") == LinearSettings())
    for name in ["rigid", "similarity", "affine", "pet-ct"] { _ = try LinearSettings(preset: name) }
    #expect(throws: PresetError.self) { try LinearSettings(preset: "magic") }
    let folder = try TemporaryFolder()
    let path = folder.path + "/mine.json"
    #expect(throws: PresetError.self) { try LinearSettings(preset: path) }
    let sound = try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Plans/registration/affine.json"), encoding: .utf8)
    for (old, new, field) in [
      ("\"affine\"", "\"elastic\"", "family"), ("\"bins\": 64", "\"bins\": 3", "bins"),
      ("[8, 4, 1]", "[1, 4, 8]", "spacings_mm"), ("[8, 4, 1]", "[]", "spacings_mm"),
      ("\"fixed_range\": null", "\"fixed_range\": [1, 0]", "fixed_range"),
      ("\"samples\": 60000", "\"samples\": 10", "samples"),
      ("\"cubic\"", "\"sinc\"", "between_slices"),
      ("\"family\"", "\"familly\"", "familly"),
    ] {
      try sound.replacingOccurrences(of: old, with: new).write(
        toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: PresetError.self) {
        try LinearSettings(preset: path)
      }
      #expect(error?.description.contains("'\(field)'") == true)
      #expect(error?.description.contains(path) == true)
    }
    try sound.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try LinearSettings(preset: path).family == .affine)
  }
}
