import Resampling
import SpatialTransforms
import TestSupport
import Testing
import TransformFiles
import VolumeFiles
import Volumes

/// Images through transforms, on oblique grids of different spacing and handedness, as SimpleITK and
/// ANTs make them.
@Suite struct WarpingTests {
  private func warp(
    _ chain: TransformChain, _ interpolation: Interpolation
  ) throws -> Volume<Float> {
    let fixed = try VolumeHeader(contentsOf: fixturePath("fixed.nii.gz")).geometry
    return try Volume<Float>(contentsOf: fixturePath("moving.nii.gz")).resampled(
      onto: fixed, interpolation: interpolation, outside: -7, through: chain.map)
  }

  /// The range of the image is 100.
  private func compare(
    _ found: Volume<Float>, _ name: String, tolerance: Double = 1e-3
  ) throws {
    let expected = try Volume<Float>(contentsOf: fixturePath(name + ".nii.gz"))
    let inside = expected.voxels.count { $0 != -7 }
    #expect(inside > 300)
    #expect(zip(found.voxels, expected.voxels).count { ($0 == -7) != ($1 == -7) } == 0)
    let worst = largestDifference(found.voxels, expected.voxels)
    #expect(worst.value <= tolerance, "\(name), voxel \(worst.index)")
  }

  @Test(arguments: ["composite", "euler_zxy"]) func imagesEqualSimpleITK(_ name: String) throws {
    let chain = try TransformChain(contentsOf: fixturePath(name + ".tfm"))
    try compare(warp(chain, .linear), "linear_" + name)
    try compare(warp(chain, .cubic), "spline_" + name)
  }

  @Test func inverseEqualsSimpleITK() throws {
    let chain = try TransformChain(contentsOf: fixturePath("affine.tfm"))
    try compare(warp(#require(chain.inverse), .linear), "linear_affine_inverse")
  }

  @Test func orderOfTransformsIsThatOfANTs() throws {
    let chain = try TransformChain(contentsOf: fixturePath("field.nii.gz")).followed(
      by: TransformChain(contentsOf: fixturePath("ants_0GenericAffine.mat")))
    // ANTs keeps the affine map in single precision.
    try compare(warp(chain, .linear), "linear_ants", tolerance: 5e-3)
  }

  @Test func labelsEqualSimpleITK() throws {
    let chain = try TransformChain(contentsOf: fixturePath("composite.tfm"))
    let fixed = try VolumeHeader(contentsOf: fixturePath("fixed.nii.gz")).geometry
    let found = try LabelMap(contentsOf: fixturePath("moving_labels.nii.gz")).resampled(
      onto: fixed, interpolation: .nearest, through: chain.map)
    let expected = try LabelMap(contentsOf: fixturePath("labels_composite.nii.gz"))
    #expect(Set(expected.labels).count > 2)
    #expect(found.labels == expected.labels)
  }

  /// A chain sampled on the fixed grid moves the image as the chain does.
  @Test func composedFieldMovesTheImageAsTheChain() throws {
    let fixed = try VolumeHeader(contentsOf: fixturePath("fixed.nii.gz")).geometry
    let chain = try TransformChain(contentsOf: fixturePath("composite.tfm"))
    let field = chain.displacementField(on: fixed)
    try compare(warp(TransformChain([.warp(.displacement(field))]), .linear), "linear_composite")
  }
}
