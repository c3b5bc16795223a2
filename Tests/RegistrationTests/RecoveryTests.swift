import Foundation
import Parallelism
import Registration
import SpatialTransforms
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Random displacements are found again, and images that are in line stay.
@Suite struct RecoveryTests {
  /// Corner errors of 50 random displacements, sorted.
  private func errors(
    _ family: LinearFamily, _ metric: SimilarityMetric,
    contrast: @escaping @Sendable (Double) -> Double
  ) throws -> [Double] {
    var settings = LinearSettings()
    (settings.family, settings.metric) = (family, metric)
    let registration = LinearRegistration(settings)
    let grid = Blobs.grid(coarser: 1.4)
    let bodies = (1...5).map { Blobs(seed: $0) }
    let images = bodies.map { $0.image(on: grid) }
    let errors = parallelMap(50) { trial -> Double? in
      let truth = randomDisplacement(family, seed: 1000 + UInt64(trial))
      guard let back = truth.inverse else { return nil }
      // The moving image shows at truth(x) what the fixed image shows at x.
      let moving = bodies[trial % 5].image(on: grid, through: back, contrast: contrast)
      let result = try? registration.register(moving, to: images[trial % 5])
      return result.map { cornerError($0.map, truth, grid) }
    }
    return try errors.map { try #require($0) }.sorted()
  }

  @Test(arguments: [LinearFamily.rigid, .similarity, .affine])
  func sameContrast(family: LinearFamily) throws {
    let errors = try errors(family, .correlation) { $0 }
    #expect(errors[25] <= 0.1, "median \(errors[25])")
    #expect(errors[47] <= 0.3, "\(errors[45...])")
  }

  @Test func anotherContrast() throws {
    let errors = try errors(.rigid, .mutualInformation()) { 255 - $0.squareRoot() * 8 }
    #expect(errors[47] <= 0.5, "median \(errors[25]), \(errors[45...])")
  }

  @Test(arguments: [
    SimilarityMetric.mutualInformation(), .normalisedMutualInformation(), .correlation,
    .meanSquares,
  ])
  func imageOntoItselfStays(metric: SimilarityMetric) throws {
    let image = Blobs(seed: 7).image(on: Blobs.grid(tilt: Vector3(0.3, 0, 0.1)))
    // A body of soft balls without edges gains some 1e-3 nats of mutual information where it is
    // stretched by half a per cent, as background leaves the bins; a head does not, see below.
    let families =
      metric == .mutualInformation()
      ? [LinearFamily.translation, .rigid] : LinearFamily.allCases
    for family in families {
      var settings = LinearSettings()
      (settings.family, settings.metric) = (family, metric)
      let result = try LinearRegistration(settings).register(image, to: image)
      #expect(result.map.matrix.rotationAngle < 1e-4)
      // Nowhere by more than a thousandth of a voxel of 3 mm.
      #expect(result.largestDisplacement < 3e-3, "\(family)")
    }
  }

  /// What is in line but for a shift of one grid against the other comes into line, exactly nearly.
  @Test func movedHeaderIsFoundAgain() throws {
    let image = Blobs(seed: 7).image(on: Blobs.grid())
    let truth = randomDisplacement(.rigid, seed: 3)
    var moving = image
    moving.geometry.origin = truth(moving.geometry.origin)
    moving.geometry.direction = truth.matrix * moving.geometry.direction
    let result = try LinearRegistration().register(moving, to: image)
    #expect(cornerError(result.map, truth, image.geometry) < 0.02)
  }
}

/// A head onto itself.
@Suite(.enabled(if: ReferenceData.isAvailable)) struct RealIdentityTests {
  @Test(arguments: LinearFamily.allCases) func headOntoItselfStays(family: LinearFamily) throws {
    let image = try Volume<Float>(
      contentsOf: ReferenceData.path("data/brain_mri/case_b/t1.nii.gz"))
    var settings = LinearSettings()
    settings.family = family
    let result = try LinearRegistration(settings).register(image, to: image)
    #expect(result.map.matrix.rotationAngle < 1e-4)
    // Nowhere by more than a thousandth of a voxel of 0.7 mm.
    #expect(result.largestDisplacement < 7e-4)
  }
}

/// A registration by another program.
struct PeerFixture: Decodable, Sendable, CustomTestStringConvertible {
  let fixed: String
  let moving: String
  let program: String
  let matrix: [[Double]]
  let cost: Double

  var testDescription: String { "\(program): \(moving) on \(fixed)" }

  static let all: [PeerFixture] = {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/peers.json")
    guard let data = try? Data(contentsOf: url) else { return [] }
    return (try? JSONDecoder().decode([PeerFixture].self, from: data)) ?? []
  }()
}

/// Beside SimpleITK and ANTs on contrasts of one patient.
@Suite(.enabled(if: ReferenceData.isAvailable)) struct PeerTests {
  @Test func fixturesAreThere() { #expect(PeerFixture.all.count == 4) }

  @Test(arguments: PeerFixture.all) func costIsNotAbove(_ peer: PeerFixture) throws {
    let folder = ReferenceData.path("data/brain_mri/case_b/")
    let fixed = try Volume<Float>(contentsOf: folder + peer.fixed + ".nii.gz")
    var moving = try Volume<Float>(contentsOf: folder + peer.moving + ".nii.gz")
    let middle = fixed.geometry.cornerPoints.reduce(Vector3(0, 0, 0), +) * 0.125
    let truth = AffineMap(
      matrix: Matrix3(rotationVector: Vector3(0.2, -0.15, 0.2)), centre: middle,
      translation: Vector3(12, -9, 11))
    moving.geometry.origin = truth(moving.geometry.origin)
    moving.geometry.direction = truth.matrix * moving.geometry.direction
    let found = try LinearRegistration().register(moving, to: fixed).map
    let metric = SimilarityMetric.mutualInformation()
    let theirs = AffineMap(rows: peer.matrix)
    // The cost is measured as SimpleITK does.
    let theirCost = try metric.cost(of: moving, to: fixed, through: theirs)
    #expect(abs(theirCost - peer.cost) < 1e-5)
    let cost = try metric.cost(of: moving, to: fixed, through: found)
    #expect(cost <= peer.cost + 0.005)
    guard peer.program == "ants" else { return }
    // Within a millimetre over a ball as large as a brain.
    for axis in 0..<3 {
      for sign in [-70.0, 70] {
        var point = middle
        point[axis] += sign
        #expect((found(point) - theirs(point)).length < 1)
      }
    }
  }
}
