import Parallelism
import Resampling
import TestSupport
import Testing
import Volumes

@Suite struct ImageResamplingTests {
  @Test(arguments: ResamplingFixture.images)
  func equalsTheReference(fixture: ResamplingFixture) throws {
    let (input, expected) = try fixture.arrays(of: Float.self)
    let found = try fixture.scheme().resample(input, to: expected.shape, spacing: fixture.spacing)
    #expect(found.shape == expected.shape)
    let worst = largestDifference(found.elements, expected.elements)
    #expect(worst.value <= 1e-6 * range(of: input.elements), "voxel \(worst.index)")
  }

  @Test func everyImageFixtureIsThere() { #expect(ResamplingFixture.images.count == 24) }

  @Test(
    arguments: [
      (Shape3(40, 20, 21), Shape3(75, 20, 33)), (Shape3(90, 17, 16), Shape3(41, 30, 9)),
      (Shape3(3, 70, 33), Shape3(5, 31, 80)), (Shape3(200, 2, 2), Shape3(5, 3, 2)),
      (Shape3(2, 2, 2), Shape3(65, 7, 1)), (Shape3(33, 5, 6), Shape3(33, 9, 6)),
      (Shape3(1, 1, 40), Shape3(4, 3, 23)),
    ], Interpolation.allCases)
  func equalsThreeSlowPasses(shapes: (Shape3, Shape3), order: Interpolation) {
    let image = noise(shapes.0, seed: 3, offset: 10)
    let scheme = ResamplingScheme(order: order, separation: .never)
    let found = scheme.resample(image, to: shapes.1, spacing: unitSpacing)
    let (low, high) = (Double(image.elements.min() ?? 0), Double(image.elements.max() ?? 0))
    let expected = slowlyResampled(image, to: shapes.1, [order, order, order])
      .map { min(max($0, low), high) }
    // The offset is ten times the range: the tolerance is 1e-6 of the numbers.
    #expect(largestDifference(found.elements, expected).value <= 1e-5)
  }

  @Test func equalShapeIsReturnedUntouched() {
    let image = noise(Shape3(4, 5, 6), seed: 1)
    let found = ResamplingScheme.image.resample(image, to: image.shape, spacing: unitSpacing)
    #expect(found.elements == image.elements)
  }

  @Test func splineReproducesSamplesAtIntegerPositions() {
    // Tripling puts every third position on a sample, up to half a step at the ends.
    let line = noise(Shape3(1, 1, 50), seed: 5)
    let found = ResamplingScheme.image.resample(line, to: Shape3(1, 1, 150), spacing: unitSpacing)
    for k in 0..<50 { #expect(abs(found[0, 0, 3 * k + 1] - line[0, 0, k]) < 1e-6) }
  }

  @Test func separatePlanesAreLimitedEachByItsOwnRange() {
    var image = VoxelArray<Float>(repeating: 0, shape: Shape3(3, 9, 9))
    image[0, 4, 4] = 1
    image[2, 4, 4] = 100
    let spacing = SpacingChange(current: [5, 1, 1], new: [5, 0.7, 0.7])
    let found = ResamplingScheme.image.resample(image, to: Shape3(3, 13, 13), spacing: spacing)
    #expect(found.elements.min() == 0)
    #expect(found.elements.prefix(169).max() ?? 2 <= 1)
    #expect(found.elements.dropFirst(169).prefix(169).allSatisfy { $0 == 0 })
  }

  @Test func resultDoesNotDependOnThreads() {
    let image = noise(Shape3(50, 40, 41), seed: 9)
    let shape = Shape3(67, 61, 33)
    let many = ResamplingScheme.image.resample(image, to: shape, spacing: unitSpacing)
    let one = ThreadBudget.serially {
      ResamplingScheme.image.resample(image, to: shape, spacing: unitSpacing)
    }
    #expect(many.elements == one.elements)
  }

  @Test func notANumberStaysWhereLinearTapsReach() {
    var image = noise(Shape3(1, 1, 20), seed: 2)
    image[0, 0, 10] = .nan
    let found = ResamplingScheme.logits.resample(
      image, to: Shape3(1, 1, 40), spacing: unitSpacing)
    let missing = (0..<40).filter { found[0, 0, $0].isNaN }
    #expect(missing == [19, 20, 21, 22])
  }
}

@Suite struct ResamplingSchemeTests {
  @Test(
    arguments: [
      ([6.0, 1, 1], [1.0, 1, 1], 0), ([1, 6, 1], [1, 1, 1], 1), ([1, 1, 1], [1, 1, 3.5], 2),
      ([3, 1, 1], [1, 1, 1], nil), ([4, 4, 1], [1, 1, 1], nil), ([4, 4, 1], [9, 1, 1], nil),
      ([6, 1, 1], [1, 6, 1], 0),
    ] as [([Double], [Double], Int?)])
  func automaticSeparation(current: [Double], new: [Double], axis: Int?) {
    let change = SpacingChange(current: current, new: new)
    #expect(ResamplingScheme.image.separateAxis(for: change) == axis)
    #expect(ResamplingScheme(separation: .never).separateAxis(for: change) == nil)
  }

  @Test func separationCanBeAskedFor() {
    let always = ResamplingScheme(separation: .always)
    let change = SpacingChange(current: [1, 1.5, 1], new: [1, 1, 9])
    #expect(always.separateAxis(for: change) == 1)
    #expect(always.separateAxis(for: unitSpacing) == nil)
  }

  @Test func shapesRoundHalvesToEven() {
    #expect(
      resampledShape(Shape3(5, 7, 9), from: [1, 1, 1], to: [2, 2, 2]) == Shape3(2, 4, 4))
    #expect(
      resampledShape(Shape3(22, 96, 80), from: [6.5, 0.6875, 0.6875], to: [3.25, 0.9, 0.9])
        == Shape3(44, 73, 61))
  }

  @Test func ordersOfPlansAreChecked() throws {
    #expect(throws: ResamplingError.unsupportedOrder(5)) {
      try ResamplingScheme(plansOrder: 5, orderZ: 0, forceSeparateZ: nil)
    }
    let scheme = try ResamplingScheme(plansOrder: 3, orderZ: 0, forceSeparateZ: nil)
    #expect(scheme == .image)
    #expect(try ResamplingScheme(plansOrder: 1, orderZ: 0, forceSeparateZ: nil) == .labels)
  }
}

let unitSpacing = SpacingChange(current: [1, 1, 1], new: [1, 1, 1])
