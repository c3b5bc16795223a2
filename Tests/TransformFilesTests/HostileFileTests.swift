import Foundation
import SpatialTransforms
import TestSupport
import Testing
import TransformFiles
import Volumes

@Suite struct HostileFileTests {
  private func read(_ text: String, name: String = "t.tfm") throws -> TransformChain {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try TransformChain(contentsOf: path)
  }

  /// What a broken text is refused with.
  @Test(arguments: [
    ("", "no transform that can be read"), ("hello", "no transform that can be read"),
    ("1 2 3", "3 numbers, expected the 16"),
    ("1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 2", "last row"),
    ("1 0 0 0 0 0 0 0 0 0 1 0 0 0 0 1", "no inverse"),
    ("1 0 0 nan 0 1 0 0 0 0 1 0 0 0 0 1", "not finite"),
    ("#Insight Transform File V1.0\n", "no transform"),
    ("#Insight Transform File V1.0\nTransform: Affine\n", "the class 'Affine'"),
    (
      "#Insight Transform File V1.0\nTransform: AffineTransform_double_2_2\nParameters: 1",
      "three-dimensional"
    ),
    (
      "#Insight Transform File V1.0\nTransform: AffineTransform_double_3_3\nParameters: 1 2",
      "2 parameters and 0 fixed"
    ),
    (
      "#Insight Transform File V1.0\nTransform: AffineTransform_double_3_3\nParameters: 1 x 2",
      "number 2 cannot be read"
    ),
    (
      "#Insight Transform File V1.0\nTransform: VersorTransform_double_3_3\nParameters: 1 1 1\n"
        + "FixedParameters: 0 0 0", "versor of length"
    ),
    (
      "#Insight Transform File V1.0\nTransform: TranslationTransform_double_3_3\n"
        + "Parameters: 1 1 1\nTransform: TranslationTransform_double_3_3\nParameters: 1 1 1",
      "2 transforms that make no CompositeTransform"
    ),
    (
      "#Insight Transform File V1.0\nTransform: ThinPlateSpline_double_3_3\nParameters: 1",
      "ThinPlateSpline is not supported"
    ),
    (
      "#Insight Transform File V1.0\nTransform: DisplacementFieldTransform_double_3_3\n"
        + "Parameters: 1 2 3\nFixedParameters: 100000 100000 100000 0 0 0 1 1 1 1 0 0 0 1 0 0 0 1",
      "expected three per node"
    ),
    (
      "#Insight Transform File V1.0\nTransform: DisplacementFieldTransform_double_3_3\n"
        + "Parameters: 1 2 inf\nFixedParameters: 1 1 1 0 0 0 1 1 1 1 0 0 0 1 0 0 0 1",
      "not finite"
    ),
    (
      "#Insight Transform File V1.0\nTransform: DisplacementFieldTransform_double_3_3\n"
        + "Parameters: 1 2 3\nFixedParameters: 1 1 1 0 0 0 0 1 1 1 0 0 0 1 0 0 0 1",
      "no spacing above 0"
    ),
    ("\u{89}HDF", "no transform that can be read"),
  ]) func brokenTextIsRefusedInOneLine(_ text: String, _ reason: String) throws {
    let error = #expect(throws: TransformFileError.self) { try read(text) }
    let line = try #require(error).description
    #expect(line.contains(reason), "\(line)")
    #expect(line.contains("t.tfm") && !line.contains("\n"))
  }

  @Test func otherFilesAreNamedForWhatTheyAre() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/t.h5"
    try Data([0x89, 0x48, 0x44, 0x46, 0x0D]).write(to: URL(fileURLWithPath: path))
    let hdf5 = #expect(throws: TransformFileError.self) { try TransformChain(contentsOf: path) }
    #expect(hdf5?.description.contains("HDF5") == true)
    let image = #expect(throws: TransformFileError.self) {
      try TransformChain(contentsOf: fixturePath("moving.nii.gz"))
    }
    #expect(image?.description.contains("1 components") == true)
    let missing = #expect(throws: TransformFileError.self) {
      try TransformChain(contentsOf: folder.path + "/none.tfm")
    }
    #expect(missing?.description.contains("none.tfm") == true)
    #expect(throws: TransformFileError.self) { try TransformChain(contentsOf: folder.path) }
  }

  @Test func fieldsWithoutAnIntentAreRefused() throws {
    let folder = try TemporaryFolder()
    var bytes = try bytes(ofFile: fixturePath("field_double.nii"))
    (bytes[68], bytes[69]) = (0, 0)
    let path = folder.path + "/field.nii"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: TransformFileError.self) { try TransformChain(contentsOf: path) }
    #expect(error?.description.contains("intent code is 0") == true)
  }

  @Test func damagedFilesAreReadOrRefused() throws {
    let folder = try TemporaryFolder()
    let names = [
      "affine.tfm", "composite.tfm", "spline.tfm", "displacement.tfm", "ras.mat",
      "ants_0GenericAffine.mat", "field_double.nii", "field.mha",
    ]
    var (read, refused) = (0, 0)
    for name in names {
      let sound = try bytes(ofFile: fixturePath(name))
      for seed in 0..<60 as Range<UInt64> {
        let path = "\(folder.path)/\(name)"
        let damaged = mutated(sound, seed: seed, largeNumber: Array("9e99".utf8))
        try Data(damaged).write(to: URL(fileURLWithPath: path))
        do throws(TransformFileError) {
          let chain = try TransformChain(contentsOf: path)
          _ = chain(Vector3(1, 2, 3))
          read += 1
        } catch {
          #expect(error.description.contains(name) && !error.description.contains("\n"))
          refused += 1
        }
      }
    }
    #expect(read > 20 && refused > 200, "\(read) read, \(refused) refused")
  }

  @Test func nothingIsWrittenThatCannotBe() throws {
    let folder = try TemporaryFolder()
    let chain = try TransformChain(contentsOf: fixturePath("composite.tfm"))
    for name in ["t.mat", "t.nii.gz", "t.h5", "t"] {
      #expect(throws: TransformFileError.self) { try chain.write(to: "\(folder.path)/\(name)") }
    }
    let back = try #require(chain.inverse)
    #expect(throws: TransformFileError.self) { try back.write(to: folder.path + "/t.tfm") }
    #expect(throws: TransformFileError.self) {
      try TransformChain(.identity).write(to: folder.path + "/none/t.tfm")
    }
    #expect(folder.names.isEmpty)
  }
}
