import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Files of other programs, read as those or their peers read them.
@Suite struct FixtureTests {
  @Test func allFixturesAreThere() {
    #expect(FixtureCase.load("nifti.json").count == 71)
    #expect(FixtureCase.load("nrrd.json").count == 24)
    #expect(FixtureCase.load("metaimage.json").count == 18)
    #expect(FixtureCase.load("tiff.json").count == 27)
    #expect(FixtureCase.load("png.json").count == 12)
  }

  @Test(arguments: FixtureCase.load("nifti.json")) func nifti(fixture: FixtureCase) throws {
    try check(fixture)
  }

  @Test(arguments: FixtureCase.load("nrrd.json")) func nrrd(fixture: FixtureCase) throws {
    try check(fixture)
  }

  @Test(arguments: FixtureCase.load("metaimage.json")) func metaImage(fixture: FixtureCase) throws {
    try check(fixture)
  }

  @Test(arguments: FixtureCase.load("tiff.json")) func tiff(fixture: FixtureCase) throws {
    try check(fixture)
  }

  @Test(arguments: FixtureCase.load("png.json")) func png(fixture: FixtureCase) throws {
    try check(fixture)
  }

  private func check(_ fixture: FixtureCase) throws {
    let folder = try TemporaryFolder()
    let path = try fixture.unpack(into: folder)
    switch fixture.error {
    case "sheared":
      #expect { try ImageFile(contentsOf: path) } throws: { error in
        if case .sheared(path, let defect)? = error as? VolumeFileError { return defect > 0.01 }
        return false
      }
      return
    case "unsupported":
      #expect { try ImageFile(contentsOf: path) } throws: { error in
        if case .unsupported? = error as? VolumeFileError { return true }
        return false
      }
      return
    case "repaired":
      let image = try ImageFile(contentsOf: path)
      #expect(image.geometry.direction.orthonormalityDefect < 1e-12)
      #expect(image.warnings.count == 1)
      return
    default: break
    }

    let image = try ImageFile(contentsOf: path)
    let (extent, geometry) = (image.geometry.extent, image.geometry)
    #expect([extent.x, extent.y, extent.z] == fixture.size)
    #expect(image.dimensions == fixture.dimensions)
    let matrix = geometry.direction
    expectClose([geometry.spacing.x, geometry.spacing.y, geometry.spacing.z], fixture.spacing)
    expectClose([geometry.origin.x, geometry.origin.y, geometry.origin.z], fixture.origin)
    expectClose(
      (0..<3).flatMap { row in (0..<3).map { matrix[row, $0] } }, fixture.direction)
    #expect(image.channels.flatMap(\.voxels) == fixture.values)
    if let warns = fixture.warns {
      #expect(image.warnings.isEmpty == !warns, "\(image.warnings)")
    }

    let header = try VolumeHeader(contentsOf: path)
    #expect(header.geometry.matches(geometry))
    #expect(header.channelCount == image.channels.count)
    #expect(header.dimensions == image.dimensions)
    #expect(header.warnings == image.warnings)
    if image.channels.count == 1 {
      #expect(try Volume<Float>(contentsOf: path).voxels == fixture.values)
    } else {
      #expect(throws: VolumeFileError.severalChannels(path: path, count: image.channels.count)) {
        try Volume<Float>(contentsOf: path)
      }
    }
  }

  /// Within 1e-6 mm, or a millionth of numbers above 1.
  private func expectClose(_ found: [Double], _ expected: [Double]?) {
    let expected = expected ?? []
    #expect(
      found.count == expected.count
        && zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) },
      "found \(found), expected \(expected)")
  }
}
