import Foundation
import Parallelism
import RandomNumbers
import Registration
import SpatialTransforms
import Testing
import Volumes

/// Deformations that are known everywhere, found again.
@Suite struct DeformableRegistrationTests {
  /// A turn about an axis through the middle that dies away from it, and its inverse, the turn back.
  private struct Twirl {
    var angle = 1.0
    var reach = 32.0

    func map(_ point: Vector3, isInverse: Bool = false) -> Vector3 {
      let share = exp(-point.dot(point) / (reach * reach))
      let turn = Matrix3(
        rotationVector: Vector3(0.4, -0.3, 0.85) * ((isInverse ? -angle : angle) * share))
      return turn * point
    }
  }

  private func image(
    _ body: Blobs, on grid: Geometry, noise: UInt64, contrast: (Double) -> Double = { $0 },
    through map: (Vector3) -> Vector3 = { $0 }
  ) -> Volume<Float> {
    var random = SplitMix64(seed: noise)
    var image = Volume<Float>(repeating: 0, geometry: grid)
    for z in 0..<grid.extent.z {
      for y in 0..<grid.extent.y {
        for x in 0..<grid.extent.x {
          let point = grid.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          // Three per cent of the range.
          let error = (0..<12).reduce(-6.0) { sum, _ in
            sum + Double.random(in: 0...1, using: &random)
          }
          image[x, y, z] = Float(contrast(body.value(at: map(point))) + 4.5 * error)
        }
      }
    }
    return image
  }

  /// Mean and largest distance in millimetres, over the body, between two maps of a field's grid.
  private func error(
    _ field: DisplacementField, _ truth: (Vector3) -> Vector3
  ) -> (mean: Double, largest: Double) {
    let grid = field.geometry
    var (sum, count, largest) = (0.0, 0.0, 0.0)
    for z in 0..<grid.extent.z {
      for y in 0..<grid.extent.y {
        for x in 0..<grid.extent.x {
          let point = grid.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          guard point.length < 45 else { continue }
          let voxel = grid.extent.index(x, y, z)
          let moved = Vector3(
            Double(field.components[0][voxel]), Double(field.components[1][voxel]),
            Double(field.components[2][voxel]))
          let distance = (point + moved - truth(point)).length
          (sum, count, largest) = (sum + distance, count + 1, max(largest, distance))
        }
      }
    }
    return (sum / count, largest)
  }

  private let identity = { (point: Vector3) in point }

  private func settings(_ preset: String = "deformable") throws -> DeformableSettings {
    try #require(try DeformableSettings(preset: preset))
  }

  @Test(arguments: [DeformableMetric.localCorrelation(radius: 2), .structure])
  func twirlIsFoundAgain(metric: DeformableMetric) throws {
    let (body, twirl) = (Blobs(seed: 21), Twirl())
    let fixed = image(body, on: Blobs.grid(), noise: 1, through: { twirl.map($0) })
    let grid = Blobs.grid(tilt: Vector3(0.1, -0.2, 0.15))
    let moving = image(
      body, on: grid, noise: 2,
      contrast: { metric == .structure ? 200 - $0.squareRoot() * 12 : $0 })
    var settings = try settings()
    settings.metric = metric
    let result = try DeformableRegistration(settings).register(moving, to: fixed)
    let before = error(
      DisplacementField(
        geometry: fixed.geometry,
        components: Array(
          repeating: [Float](repeating: 0, count: fixed.extent.count), count: 3)),
      { twirl.map($0) })
    let after = error(result.field) { twirl.map($0) }
    let back = error(result.inverse) { twirl.map($0, isInverse: true) }
    // A voxel is 3 mm wide.
    #expect(before.mean > 6 && before.largest > 12)
    #expect(after.mean < before.mean / 3 && after.mean < 3, "\(after)")
    #expect(back.mean < before.mean / 2.5, "\(back)")
    #expect(result.measures.smallest > 0)
    #expect(result.inverseConsistency.points > 1000)
    #expect(result.inverseConsistency.mean < 0.3, "\(result.inverseConsistency)")
    #expect(result.inverseConsistency.largest < 3, "\(result.inverseConsistency)")
  }

  @Test(arguments: ["deformable", "deformable-follow-up"])
  func imageOntoItselfStays(preset: String) throws {
    let fixed = image(Blobs(seed: 22), on: Blobs.grid(tilt: Vector3(0.2, 0, 0.1)), noise: 3)
    var settings = try settings(preset)
    settings.linear?.metric = .correlation
    let result = try DeformableRegistration(settings).register(fixed, to: fixed)
    // A twentieth of a voxel of 3 mm.
    #expect(result.field.largestDisplacement < 0.15, "\(result.field.largestDisplacement)")
  }

  @Test func resultDoesNotDependOnThreads() throws {
    let (body, twirl) = (Blobs(seed: 23), Twirl())
    let fixed = image(body, on: Blobs.grid(), noise: 4, through: { twirl.map($0) })
    let moving = image(body, on: Blobs.grid(), noise: 5)
    var settings = try settings()
    (settings.coarseSteps, settings.fineSteps) = (4, 3)
    settings.structureWeight = 0.1
    let registration = DeformableRegistration(settings)
    let many = try registration.register(moving, to: fixed)
    let one = try ThreadBudget.serially { () throws(RegistrationError) in
      try registration.register(moving, to: fixed)
    }
    #expect(many.field.components == one.field.components)
    #expect(many.inverse.components == one.inverse.components)
    #expect(many.measures == one.measures)
  }

  @Test func masksLeaveOutWhatHasChanged() throws {
    let (body, twirl) = (Blobs(seed: 24), Twirl(angle: 0.4))
    let grid = Blobs.grid()
    let fixed = image(body, on: grid, noise: 6, through: { twirl.map($0) })
    var moving = image(body, on: grid, noise: 7)
    // Something bright that the fixed image does not have.
    var mask = LabelMap(labels: [UInt16](repeating: 1, count: grid.extent.count), geometry: grid)
    for index in 0..<grid.extent.count where index % grid.extent.x < 12 {
      moving.voxels[index] = 400 * Float((index / 3) % 2)
      mask.labels[index] = 0
    }
    var settings = try settings()
    settings.linear = nil
    let registration = DeformableRegistration(settings)
    let masked = try registration.register(moving, to: fixed, masks: .init(moving: mask))
    let plain = try registration.register(moving, to: fixed)
    let (with, without) = (
      error(masked.field) { twirl.map($0) }, error(plain.field) { twirl.map($0) }
    )
    #expect(with.mean < without.mean && with.mean < 3, "\(with) \(without)")
  }

  @Test func measuresAreThoseOfAKnownField() throws {
    // x -> (1.2 x, 0.9 y, z) in the world, on an oblique grid: the determinant is 1.08.
    let grid = Blobs.grid(tilt: Vector3(0.3, 0.2, -0.1))
    let stretch = AffineMap(
      matrix: Matrix3(columns: Vector3(1.2, 0, 0), Vector3(0, 0.9, 0), Vector3(0, 0, 1)))
    let measures = DeformationMeasures(of: TransformChain(stretch).displacementField(on: grid))
    #expect(abs(measures.smallest - 1.08) < 1e-4 && abs(measures.largest - 1.08) < 1e-4)
    #expect(measures.foldedShare == 0 && measures.spread < 1e-4)
    // Every other plane along x is moved over the next: half of the slopes are -2.
    let extent = Extent(x: 12, y: 8, z: 8)
    let flat = [Float](repeating: 0, count: extent.count)
    let teeth = (0..<extent.count).map { Float($0 % extent.x % 4 < 2 ? 0 : 4) }
    let folded = DeformationMeasures(
      of: DisplacementField(geometry: Geometry(extent: extent), components: [teeth, flat, flat]))
    // Central differences of 0 0 4 4 are 2, 2, -2, -2: determinants 3 and -1.
    #expect(folded.foldedShare == 0.4)
    #expect(folded.smallest == -1 && folded.largest == 3)
    let expected = (log(3.0) - log(1e-9)) / 2
    #expect(abs(folded.spread - expected) < 1e-9)
    #expect(abs(folded.spreadLearn2Reg - (log(6.0) - log(2.0)) / 2) < 1e-9)
  }

  @Test func badInputIsRefused() throws {
    let good = image(Blobs(seed: 25), on: Blobs.grid(), noise: 8)
    let registration = DeformableRegistration(try settings())
    var constant = good
    constant.voxels = constant.voxels.map { _ in 2 }
    #expect(throws: RegistrationError.constant(.moving)) {
      try registration.register(constant, to: good)
    }
    let flat = Volume<Float>(
      repeating: 1, geometry: Geometry(extent: Extent(x: 30, y: 30, z: 1)))
    #expect(throws: RegistrationError.flat(.fixed, size: "30 × 30 × 1")) {
      try registration.register(good, to: flat)
    }
    var far = good
    far.geometry.origin = Vector3(5000, 0, 0)
    for linear in [registration.settings.linear, nil] {
      var settings = registration.settings
      settings.linear = linear
      settings.linear?.starts = .given
      #expect(throws: RegistrationError.noOverlap(share: 0)) {
        try DeformableRegistration(settings).register(far, to: good)
      }
    }
    // Thousands of displacements for each of very many points.
    var wide = registration.settings
    wide.linear = nil
    wide.range = 1000
    let error = #expect(throws: RegistrationError.self) {
      try DeformableRegistration(wide).register(good, to: good)
    }
    #expect(error?.description.contains("MiB of memory") == true)
  }

  @Test func presetsAreReadAndBrokenOnesRefused() throws {
    #expect(try DeformableSettings(preset: "rigid") == nil)
    for name in DeformableSettings.presetNames { _ = try settings(name) }
    #expect(try settings().fast.fineSteps == 0)
  }
}
