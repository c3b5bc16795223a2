import Foundation
import SpatialTransforms
import TestSupport
import Testing
import TransformFiles
import Volumes

@Suite struct ReadingTests {
  @Test func fixturesAreThere() { #expect(PointFixture.all.cases.count == 18) }

  @Test(arguments: PointFixture.all.cases)
  func pointsGoWhereSimpleITKTakesThem(_ example: PointFixture.Case) throws {
    let chain = try TransformChain(contentsOf: fixturePath(example.file))
    // Fields are kept in single precision; ANTs' affine file is.
    let isExact = chain.affine != nil && !example.file.hasPrefix("ants")
    var moved = 0.0
    for (point, expected) in zip(PointFixture.all.points, example.images) {
      let found = chain(vector(point))
      #expect((found - vector(expected)).length < (isExact ? 1e-9 : 1e-5))
      moved = max(moved, (vector(expected) - vector(point)).length)
    }
    #expect(moved > 0.5)
  }

  @Test(arguments: PointFixture.all.cases.map(\.file))
  func whatIsWrittenIsReadAgain(_ name: String) throws {
    let folder = try TemporaryFolder()
    let chain = try TransformChain(contentsOf: fixturePath(name))
    var endings = ["tfm", "txt"]
    if chain.affine != nil {
      endings.append("mat")
    } else if chain.steps.count == 1, case .warp(.displacement) = chain.steps[0] {
      endings += ["nii.gz", "nii", "mha", "nrrd"]
    }
    for ending in endings {
      let path = "\(folder.path)/copy.\(ending)"
      try chain.write(to: path)
      let copy = try TransformChain(contentsOf: path)
      #expect(copy.steps.count == chain.steps.count)
      for point in PointFixture.all.points.map(vector) {
        // The grid of a field is written in single precision by NIfTI.
        #expect((copy(point) - chain(point)).length < (ending.hasPrefix("nii") ? 1e-5 : 2e-6))
      }
    }
  }

  @Test func linearMapsKeepEveryDigit() throws {
    let folder = try TemporaryFolder()
    let chain = try TransformChain(contentsOf: fixturePath("scale_skew_versor.tfm"))
    for ending in ["tfm", "mat"] {
      let path = "\(folder.path)/copy.\(ending)"
      try chain.write(to: path)
      #expect(try TransformChain(contentsOf: path).affine == chain.affine)
    }
  }

  /// SimpleITK turns the first two components of such files round.
  @Test func displacementVectorsOfNIfTIAreRAS() throws {
    let folder = try TemporaryFolder()
    var bytes = try bytes(ofFile: fixturePath("field_double.nii"))
    #expect(bytes[68] == 0xEF && bytes[69] == 0x03)
    bytes[68] = 0xEE
    let path = folder.path + "/field.nii"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let turned = try DisplacementField(contentsOf: path)
    let plain = try DisplacementField(contentsOf: fixturePath("field_double.nii"))
    #expect(turned.components[0] == plain.components[0].map { -$0 })
    #expect(turned.components[1] == plain.components[1].map { -$0 })
    #expect(turned.components[2] == plain.components[2])
  }
}
