import Foundation
import Parallelism
import RandomNumbers
import Registration
import SpatialTransforms
import Testing
import Volumes

@Suite struct LinearRegistrationTests {
  /// A turn of up to 15 degrees and a shift of up to 20 mm along each axis, stretched and sheared as
  /// the family allows.
  private func displacement(_ family: LinearFamily, seed: UInt64) -> AffineMap {
    var random = SplitMix64(seed: seed)
    func number(_ size: Double) -> Double { Double.random(in: -size...size, using: &random) }
    var axis = Vector3(number(1), number(1), number(1))
    axis = axis * (number(15 * .pi / 180) / axis.length)
    var matrix = family == .translation ? .identity : Matrix3(rotationVector: axis)
    if family == .similarity {
      let scale = 1 + number(0.1)
      matrix.columns = matrix.columns.map { $0 * scale }
    } else if family == .affine {
      var stretch = Matrix3.identity
      for row in 0..<3 {
        stretch[row, row] += number(0.1)
        for column in 0..<row { stretch[row, column] += number(0.05) }
      }
      matrix = matrix * stretch
    }
    return AffineMap(matrix: matrix, offset: Vector3(number(20), number(20), number(20)))
  }

  /// Mean distance of the fixed grid's corners from where they belong, in voxels of 3 mm.
  private func error(_ found: AffineMap, _ expected: AffineMap, _ grid: Geometry) -> Double {
    grid.cornerPoints.reduce(0) { $0 + (found($1) - expected($1)).length } / 8 / 3
  }

  @Test(arguments: LinearFamily.allCases, 1...3 as ClosedRange<UInt64>)
  func displacementsAreFoundAgain(family: LinearFamily, seed: UInt64) throws {
    let body = Blobs(seed: seed)
    let grid = Blobs.grid()
    let truth = displacement(family, seed: 100 + seed)
    // The moving image shows at truth(x) what the fixed image shows at x.
    let back = try #require(truth.inverse)
    let fixed = body.image(on: grid)
    let moving = body.image(on: Blobs.grid(tilt: Vector3(0.1, -0.2, 0.15)), through: back)
    var settings = LinearSettings()
    settings.family = family
    for metric in [SimilarityMetric.mutualInformation(), .correlation, .meanSquares] {
      settings.metric = metric
      let result = try LinearRegistration(settings).register(moving, to: fixed)
      #expect(error(result.map, truth, grid) < 0.3, "\(metric)")
      #expect(result.costAfter < result.costBefore)
      #expect(result.warnings.isEmpty)
      #expect(result.overlap > 0.5)
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func anotherContrastIsRegisteredByMutualInformation(seed: UInt64) throws {
    let body = Blobs(seed: seed)
    let grid = Blobs.grid()
    let truth = displacement(.rigid, seed: 200 + seed)
    let back = try #require(truth.inverse)
    let fixed = body.image(on: grid)
    let moving = body.image(on: grid, through: back) { 255 - $0.squareRoot() * 8 }
    let result = try LinearRegistration().register(moving, to: fixed)
    #expect(error(result.map, truth, grid) < 0.5)
  }

  @Test func imageOntoItselfStays() throws {
    let image = Blobs(seed: 7).image(on: Blobs.grid(tilt: Vector3(0.3, 0, 0.1)))
    var settings = LinearSettings()
    settings.metric = .correlation
    let exact = try LinearRegistration(settings).register(image, to: image)
    #expect(exact.map.matrix.rotationAngle < 1e-4)
    #expect(exact.largestDisplacement < 0.01)
    // The maximum of mutual information is flat, and lies a little beside: it grows as background is
    // moved out of the image.
    let result = try LinearRegistration().register(image, to: image)
    #expect(result.map.matrix.rotationAngle < 5e-3)
    #expect(result.largestDisplacement < 0.5)
  }

  @Test func resultDoesNotDependOnThreads() throws {
    let body = Blobs(seed: 3)
    let fixed = body.image(on: Blobs.grid())
    let moving = body.image(
      on: Blobs.grid(tilt: Vector3(0, 0.1, 0)), through: displacement(.rigid, seed: 9))
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

  @Test func partOfTheBodyIsEnough() throws {
    let body = Blobs(seed: 4)
    let fixed = body.image(on: Blobs.grid())
    let truth = displacement(.rigid, seed: 12)
    var cut = Blobs.grid()
    cut.extent = Extent(x: 44, y: 40, z: 18)
    let moving = body.image(on: cut, through: try #require(truth.inverse))
    let result = try LinearRegistration().register(moving, to: fixed)
    #expect(error(result.map, truth, Blobs.grid()) < 0.5)
  }

  @Test func masksLeaveOutWhatHasMoved() throws {
    let (body, intruder) = (Blobs(seed: 5), Blobs(seed: 6))
    let grid = Blobs.grid()
    let truth = displacement(.rigid, seed: 14)
    let fixed = body.image(on: grid)
    var moving = body.image(on: grid, through: try #require(truth.inverse))
    var mask = LabelMap(
      labels: [UInt16](repeating: 1, count: grid.extent.count), geometry: grid)
    // A third of the moving image shows something else, brighter.
    let other = intruder.image(on: grid)
    for index in 0..<grid.extent.count where index % grid.extent.x < 14 {
      moving.voxels[index] = 3 * other.voxels[index]
      mask.labels[index] = 0
    }
    var settings = LinearSettings()
    settings.metric = .correlation
    let masked = try LinearRegistration(settings).register(
      moving, to: fixed, masks: .init(moving: mask))
    #expect(error(masked.map, truth, grid) < 0.3)
    let plain = try LinearRegistration(settings).register(moving, to: fixed)
    #expect(error(plain.map, truth, grid) > error(masked.map, truth, grid))
  }

  @Test func voxelsThatAreNoNumbersDoNotCount() throws {
    let body = Blobs(seed: 8)
    let grid = Blobs.grid()
    let truth = displacement(.rigid, seed: 15)
    let fixed = body.image(on: grid)
    var moving = body.image(on: grid, through: try #require(truth.inverse))
    for index in stride(from: 0, to: moving.voxels.count, by: 97) { moving.voxels[index] = .nan }
    let result = try LinearRegistration().register(moving, to: fixed)
    #expect(error(result.map, truth, grid) < 0.5)
  }
}
