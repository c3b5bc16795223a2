import Foundation
import Parallelism
import RandomNumbers
import Registration
import Resampling
import SpatialTransforms
import Testing
import Volumes

@Suite struct LinearRegistrationTests {
  @Test(arguments: LinearFamily.allCases, 1...3 as ClosedRange<UInt64>)
  func displacementsAreFoundAgain(family: LinearFamily, seed: UInt64) throws {
    let body = Blobs(seed: seed)
    let grid = Blobs.grid()
    let truth = randomDisplacement(family, seed: 100 + seed)
    // The moving image shows at truth(x) what the fixed image shows at x.
    let back = try #require(truth.inverse)
    let fixed = body.image(on: grid)
    let moving = body.image(on: Blobs.grid(tilt: Vector3(0.1, -0.2, 0.15)), through: back)
    var settings = LinearSettings()
    settings.family = family
    for metric in [SimilarityMetric.mutualInformation(), .correlation, .meanSquares] {
      settings.metric = metric
      let result = try LinearRegistration(settings).register(moving, to: fixed)
      #expect(cornerError(result.map, truth, grid) < 0.3, "\(metric)")
      #expect(result.costAfter < result.costBefore)
      #expect(result.warnings.isEmpty)
      #expect(result.overlap > 0.5)
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func anotherContrastIsRegisteredByMutualInformation(seed: UInt64) throws {
    let body = Blobs(seed: seed)
    let grid = Blobs.grid()
    let truth = randomDisplacement(.rigid, seed: 200 + seed)
    let back = try #require(truth.inverse)
    let fixed = body.image(on: grid)
    let moving = body.image(on: grid, through: back) { 255 - $0.squareRoot() * 8 }
    let result = try LinearRegistration().register(moving, to: fixed)
    #expect(cornerError(result.map, truth, grid) < 0.5)
  }

  @Test func resultDoesNotDependOnThreads() throws {
    let body = Blobs(seed: 3)
    let fixed = body.image(on: Blobs.grid())
    let moving = body.image(
      on: Blobs.grid(tilt: Vector3(0, 0.1, 0)), through: randomDisplacement(.rigid, seed: 9))
    var settings = LinearSettings()
    settings.family = .affine
    let registration = LinearRegistration(settings)
    let many = try registration.register(moving, to: fixed)
    let one = try ThreadBudget.serially { () throws(RegistrationError) in
      try registration.register(moving, to: fixed)
    }
    #expect(many.map == one.map)
    #expect(many.costAfter == one.costAfter)
  }

  /// Slices of 7.5 mm, which linear interpolation blurs.
  @Test(arguments: [SimilarityMetric.correlation, .meanSquares])
  func thickSlicesKeepTheirScale(metric: SimilarityMetric) throws {
    var grid = Blobs.grid()
    grid.extent = Extent(x: 44, y: 40, z: 18)
    grid.spacing = Vector3(3, 3.2, 7.5)
    grid.origin = Vector3(-64.5, -62.4, -63.75)
    var settings = LinearSettings()
    settings.family = .affine
    settings.metric = metric
    var errors: [LinearSettings.SliceInterpolation: Double] = [:]
    for seed in 1...3 as ClosedRange<UInt64> {
      let body = Blobs(seed: seed)
      let truth = randomDisplacement(.affine, seed: 300 + seed)
      let fixed = body.image(on: grid)
      let moving = body.image(on: grid, through: try #require(truth.inverse))
      for interpolation in LinearSettings.SliceInterpolation.allCases {
        settings.betweenSlices = interpolation
        let result = try LinearRegistration(settings).register(moving, to: fixed)
        errors[interpolation, default: 0] += cornerError(result.map, truth, grid) / 3
      }
    }
    let (linear, cubic) = (errors[.linear] ?? 0, errors[.cubic] ?? .infinity)
    #expect(cubic < 0.03 && cubic < 0.7 * linear, "\(cubic), linearly \(linear)")
  }

  @Test func partOfTheBodyIsEnough() throws {
    let body = Blobs(seed: 4)
    let fixed = body.image(on: Blobs.grid())
    let truth = randomDisplacement(.rigid, seed: 12)
    var cut = Blobs.grid()
    cut.extent = Extent(x: 44, y: 40, z: 18)
    let moving = body.image(on: cut, through: try #require(truth.inverse))
    let result = try LinearRegistration().register(moving, to: fixed)
    #expect(cornerError(result.map, truth, Blobs.grid()) < 0.5)
  }

  @Test func masksLeaveOutWhatHasMoved() throws {
    let (body, intruder) = (Blobs(seed: 5), Blobs(seed: 6))
    let grid = Blobs.grid()
    let truth = randomDisplacement(.rigid, seed: 14)
    let fixed = body.image(on: grid)
    var moving = body.image(on: grid, through: try #require(truth.inverse))
    var mask = LabelMap(
      labels: [UInt16](repeating: 1, count: grid.extent.count), geometry: grid)
    var inner = mask
    for index in 0..<grid.extent.count where index % grid.extent.x < 19 { inner.labels[index] = 0 }
    // A third of the moving image shows something else, brighter.
    let other = intruder.image(on: grid)
    for index in 0..<grid.extent.count where index % grid.extent.x < 14 {
      moving.voxels[index] = 3 * other.voxels[index]
      mask.labels[index] = 0
    }
    for metric in [
      SimilarityMetric.mutualInformation(), .normalisedMutualInformation(), .correlation,
      .meanSquares,
    ] {
      var settings = LinearSettings()
      settings.metric = metric
      let registration = LinearRegistration(settings)
      let masked = try registration.register(moving, to: fixed, masks: .init(moving: mask))
      #expect(cornerError(masked.map, truth, grid) < 0.3, "\(metric)")
      // The same mask, brought back onto the fixed grid.
      let carried = try inner.resampled(
        onto: grid, interpolation: .nearest, through: TransformChain(truth).map)
      let other = try registration.register(moving, to: fixed, masks: .init(fixed: carried))
      #expect(cornerError(other.map, truth, grid) < 0.3, "\(metric)")
      let plain = try registration.register(moving, to: fixed)
      #expect(cornerError(plain.map, truth, grid) > cornerError(masked.map, truth, grid))
    }
  }

  @Test func voxelsThatAreNoNumbersDoNotCount() throws {
    let body = Blobs(seed: 8)
    let grid = Blobs.grid()
    let truth = randomDisplacement(.rigid, seed: 15)
    let fixed = body.image(on: grid)
    var moving = body.image(on: grid, through: try #require(truth.inverse))
    for index in stride(from: 0, to: moving.voxels.count, by: 97) { moving.voxels[index] = .nan }
    let result = try LinearRegistration().register(moving, to: fixed)
    #expect(cornerError(result.map, truth, grid) < 0.5)
  }
}
