import Phantoms
import Registration
import SpatialTransforms
import Testing
import Volumes

/// The preset pet-ct on a phantom: a blurred PET on a coarser grid over a part of the body, with
/// another contrast.
@Suite struct PETCTTests {
  private let phantom = RegistrationPhantom(seed: 3)
  private let ct: Volume<Float>
  private static let petGrid = RegistrationPhantom.grid(
    Extent(x: 60, y: 44, z: 52), spacing: Vector3(5.5, 5.5, 5), around: Vector3(-12, 5, 45))

  init() {
    ct = phantom.image(
      .ct,
      on: RegistrationPhantom.grid(
        Extent(x: 86, y: 58, z: 64), spacing: Vector3(4, 4, 5), around: Vector3(0, 0, -20)),
      blur: 4)
  }

  private func pet(moved map: AffineMap) throws -> Volume<Float> {
    let back = try #require(map.inverse)
    return phantom.image(.pet, on: Self.petGrid, blur: 7, noise: 0.01) { back($0) }
  }

  /// Mean distance of the tumours from where they belong, in mm.
  private func error(_ map: AffineMap, _ truth: AffineMap) -> Double {
    LandmarkErrors(
      from: phantom.tumourCentres, to: phantom.tumourCentres.map { truth($0) }, through: { map($0) }
    ).mean
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func displacedPETIsFoundAgain(seed: UInt64) throws {
    // As patients move between the two scans: by up to 12 mm and 5 degrees.
    let large = randomDisplacement(.rigid, seed: 60 + seed)
    let angle = large.matrix.rotationAngle
    var truth = AffineMap(offset: large.offset * 0.6)
    let axis = Vector3(
      large.matrix[2, 1] - large.matrix[1, 2], large.matrix[0, 2] - large.matrix[2, 0],
      large.matrix[1, 0] - large.matrix[0, 1])
    truth.matrix = Matrix3(rotationVector: axis * (angle / 3 / axis.length))
    let settings = try LinearSettings(preset: "pet-ct")
    let result = try LinearRegistration(settings).register(pet(moved: truth), to: ct)
    #expect(!result.keepsInitial)
    #expect(result.costBefore - result.costAfter > 1e-3)
    // Half a voxel of the PET.
    #expect(error(result.map, truth) < 2.75, "\(error(.identity, truth)) before")
    #expect(result.overlap < 0.75)
  }

  /// What the scanner has brought into line stays, and that is said.
  @Test func alignmentOfTheScannerIsKept() throws {
    var settings = try LinearSettings(preset: "pet-ct")
    let image = try pet(moved: .identity)
    let free = try LinearRegistration(settings).register(image, to: ct)
    #expect(error(free.map, .identity) < 2)
    // Whatever the noise has gained is below the threshold that is set just above it.
    settings.leastImprovement = max(0, free.costBefore - free.costAfter) + 1e-6
    let kept = try LinearRegistration(settings).register(image, to: ct)
    #expect(kept.keepsInitial && kept.map == .identity)
    #expect(kept.warnings.contains { $0.contains("nothing better than the given alignment") })
  }
}
