import Registration
import SpatialTransforms
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Contrasts of one patient, scanned in one session: thick oblique slices that are in line.
@Suite(.enabled(if: ReferenceData.isAvailable)) struct RealImageTests {
  @Test(arguments: [("t1", "t2"), ("flair", "t1_contrast")])
  func displacedContrastIsFoundAgain(_ names: (String, String)) throws {
    let folder = ReferenceData.path("data/brain_mri/case_b/")
    let fixed = try Volume<Float>(contentsOf: folder + names.0 + ".nii.gz")
    var moving = try Volume<Float>(contentsOf: folder + names.1 + ".nii.gz")
    // The moving image is moved by its header alone.
    let middle = fixed.geometry.cornerPoints.reduce(Vector3(0, 0, 0), +) * 0.125
    let truth = AffineMap(
      matrix: Matrix3(rotationVector: Vector3(0.2, -0.15, 0.2)), centre: middle,
      translation: Vector3(12, -9, 11))
    moving.geometry.origin = truth(moving.geometry.origin)
    moving.geometry.direction = truth.matrix * moving.geometry.direction
    let result = try LinearRegistration().register(moving, to: fixed)
    // Over a ball as large as a brain.
    var worst = 0.0
    for axis in 0..<3 {
      for sign in [-70.0, 70] {
        var point = middle
        point[axis] += sign
        worst = max(worst, (result.map(point) - truth(point)).length)
      }
    }
    #expect(worst < 2.5, "\(worst) mm")
    #expect(result.warnings.isEmpty)
  }
}
