import Foundation
import SpatialTransforms
import TestSupport
import Testing
import TransformFiles
import VolumeFiles
import Volumes

/// Files whose meaning is told by the reader, and ANTs' binary file as it is written.
@Suite struct ConventionTests {
  /// The file of ANTs holds another centre; the map is the same to the last digits of a double.
  @Test func affineFileOfANTsIsWrittenAsItIsRead() throws {
    let folder = try TemporaryFolder()
    let map = try #require(try TransformChain(contentsOf: fixturePath("affine.tfm")).affine)
    let path = folder.path + "/copy_0GenericAffine.mat"
    try TransformChain(map).write(to: path)
    #expect(try TransformChain(contentsOf: path).affine == map)
    let bytes = try bytes(ofFile: path)
    let model = try self.bytes(ofFile: fixturePath("ants_0GenericAffine.mat"))
    // Header and name are those that ANTs writes, byte by byte.
    #expect(bytes.count == model.count)
    #expect(bytes.prefix(47) == model.prefix(47))
    #expect(bytes[143..<169] == model[143..<169])
    let field = TransformChain([.warp(.displacement(Self.field))])
    #expect(throws: TransformFileError.self) { try field.write(to: path) }
  }

  private func bytes(ofFile path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Components 1, 2, 3 everywhere, on an oblique, anisotropic grid.
  private static let field: DisplacementField = {
    let grid = Geometry(
      extent: Extent(x: 4, y: 5, z: 6), spacing: Vector3(1, 2, 4), origin: Vector3(-3, 2, 7),
      direction: Matrix3(rotationVector: Vector3(0, 0, .pi / 2)))
    let count = grid.extent.count
    return DisplacementField(
      geometry: grid,
      components: [1, 2, 3].map { [Float](repeating: $0, count: count) })
  }()

  @Test func voxelsOfLearn2RegRunAlongTheGrid() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/disp.nii.gz"
    // A 4-D file of three volumes, without an intent.
    let field = Self.field
    try ImageFile(
      channels: field.components.map { Volume(voxels: $0, geometry: field.geometry) }
    ).write(to: path)
    let error = #expect(throws: TransformFileError.self) { try TransformChain(contentsOf: path) }
    #expect(error?.description.contains("voxels:") == true)
    let chain = try TransformChain(contentsOf: path, convention: .voxels)
    // The voxel (1, 2, 2) goes to the voxel (2, 4, 5).
    let start = field.geometry.worldPoint(ofVoxel: Vector3(1, 2, 2))
    let end = field.geometry.worldPoint(ofVoxel: Vector3(2, 4, 5))
    #expect((chain(start) - end).length < 1e-5)
    let lps = try TransformChain(contentsOf: path, convention: .lps)
    #expect((lps(start) - start - Vector3(1, 2, 3)).length < 1e-6)
    let ras = try TransformChain(contentsOf: path, convention: .ras)
    #expect((ras(start) - start - Vector3(-1, -2, 3)).length < 1e-6)
  }

  @Test func conventionsBelongToFields() throws {
    #expect(throws: TransformFileError.self) {
      try TransformChain(contentsOf: fixturePath("affine.tfm"), convention: .voxels)
    }
  }
}
