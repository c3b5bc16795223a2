import Augmentation
import RandomNumbers
import TestSupport
import Testing
import Volumes

/// One patch that the peer took from the fixture case.
struct SpatialCase: Sendable, CustomStringConvertible {
  let name: String
  let start: VoxelIndex
  let region: Shape3
  var patch = Shape3(9, 11, 8)
  let transform: SpatialTransform
  var description: String { name }

  static let all = [
    SpatialCase(
      name: "crop", start: VoxelIndex(-2, 1, -3), region: Shape3(17, 19, 16),
      transform: SpatialTransform()),
    SpatialCase(
      name: "turn", start: VoxelIndex(-2, 1, -3), region: Shape3(17, 19, 16),
      transform: SpatialTransform(angles: [0.3, -0.4, 0.5], scale: 1.25)),
    SpatialCase(
      name: "zoom", start: VoxelIndex(-1, -1, 0), region: Shape3(16, 19, 15),
      transform: SpatialTransform(scale: 0.75)),
    SpatialCase(
      name: "about0", start: VoxelIndex(0, -1, 0), region: Shape3(15, 19, 16),
      transform: SpatialTransform(angles: [0.5, 0, 0])),
    SpatialCase(
      name: "about1", start: VoxelIndex(0, -1, 0), region: Shape3(15, 19, 16),
      transform: SpatialTransform(angles: [0, 0.5, 0])),
    SpatialCase(
      name: "shrink", start: VoxelIndex(3, 2, 1), region: Shape3(14, 18, 15),
      patch: Shape3(10, 12, 14), transform: SpatialTransform(scale: 1.37)),
    SpatialCase(
      name: "slices", start: VoxelIndex(6, -2, -1), region: Shape3(9, 20, 18),
      transform: SpatialTransform(angles: [9, 9, 2.2], scale: 1.2, space: .slices)),
    SpatialCase(
      name: "ties", start: VoxelIndex(0, 0, 0), region: Shape3(16, 16, 16),
      transform: SpatialTransform(scale: 0.5)),
  ]
}

@Suite struct SpatialTransformTests {
  @Test(arguments: SpatialCase.all)
  func patchEqualsThePeers(_ test: SpatialCase) throws {
    var sample = TrainingSample.blank(test.patch, channelCount: 2)
    try StoredCase.fixture().withView { view in
      sample.withMemory {
        test.transform.sample(view, at: test.start, shape: test.region, into: $0)
      }
    }
    let expected = try Fixture.floats("\(test.name)_image")
    let worst = largestDifference(sample.channels, expected)
    // The peer computes coordinates in single precision: off by 1e-6 voxels where neighbours differ by up to 16.
    let tolerance = test.transform.isIdentity ? 0 : 5e-5
    #expect(worst.value <= tolerance, "worst at \(worst.index)")
    #expect(sample.labels == (try Fixture.labels("\(test.name)_labels")))
  }

  /// The whole case is never copied: this is what a copy would give.
  @Test(arguments: 0..<24)
  func regionEqualsAPaddedCopyOfIt(seed: Int) throws {
    var generator = SplitMix64(seed: 11, stream: seed)
    let stored = try StoredCase.fixture()
    let region = Shape3(11, 15, 13)
    var start = VoxelIndex(0, 0, 0)
    for axis in 0..<3 {
      start[axis] = Int(generator.uniform(-12...Float(Fixture.caseShape[axis] + 2)))
    }
    let turn = { (generator: inout SplitMix64) in generator.uniform(-3.2...3.2) }
    let angles = [turn(&generator), turn(&generator), turn(&generator)]
    for space in [SpatialTransform.Space.volume, .slices] {
      let patch = space == .volume ? Shape3(7, 9, 8) : Shape3(11, 9, 8)
      let transform = SpatialTransform(
        angles: angles, scale: generator.uniform(0.5...2), space: space)
      for transform in [transform, SpatialTransform(space: space)] {
        var direct = TrainingSample.blank(patch, channelCount: 2)
        var copied = direct
        try stored.withView { view in
          direct.withMemory { transform.sample(view, at: start, shape: region, into: $0) }
        }
        try stored.cut(at: start, shape: region).withView { view in
          copied.withMemory {
            transform.sample(view, at: VoxelIndex(0, 0, 0), shape: region, into: $0)
          }
        }
        #expect(direct.labels == copied.labels)
        // Neighbours outside count as 0 either by a check or by a product with 0: sums differ by rounding.
        #expect(largestDifference(direct.channels, copied.channels).value < 4e-6)
      }
    }
  }

  /// A slow version straight from the definition, in double precision.
  @Test(arguments: 0..<6)
  func patchEqualsTheDefinition(seed: Int) throws {
    var generator = SplitMix64(seed: 5, stream: seed)
    let stored = try StoredCase.fixture()
    let angle = generator.uniform(-3...3)
    let scale = generator.uniform(0.6...1.6)
    let transform = SpatialTransform(angles: [0, 0, angle], scale: scale)
    var sample = TrainingSample.blank(Shape3(5, 8, 7), channelCount: 2)
    try stored.withView { view in
      sample.withMemory {
        transform.sample(view, at: VoxelIndex(0, 0, 0), shape: Fixture.caseShape, into: $0)
      }
    }
    var expected: [Double] = []
    let (c, s, f) = (cosine(angle), cosine(angle - Float.pi / 2), Double(scale))
    for z in 0..<5 {
      for y in 0..<8 {
        for x in 0..<7 {
          let (dz, dy) = (Double(z) - 2, Double(y) - 3.5)
          let place = [
            f * (c * dz - s * dy) + 6.5, f * (s * dz + c * dy) + 8.5, f * (Double(x) - 3) + 7,
          ]
          expected.append(interpolated(stored, place))
        }
      }
    }
    #expect(largestDifference(Array(sample.channels[..<280]), expected).value < 2e-5)
  }

  /// cos in double precision by its series, so that the test needs no library.
  private func cosine(_ x: Float) -> Double {
    var (term, sum) = (1.0, 1.0)
    for k in stride(from: 2.0, to: 40, by: 2) {
      term *= -Double(x) * Double(x) / (k * (k - 1))
      sum += term
    }
    return sum
  }

  private func interpolated(_ stored: StoredCase, _ place: [Double]) -> Double {
    var sum = 0.0
    for z in 0..<stored.shape.depth {
      for y in 0..<stored.shape.height {
        for x in 0..<stored.shape.width {
          let weight = [z, y, x].enumerated().reduce(1.0) {
            $0 * max(0, 1 - abs(place[$1.offset] - Double($1.element)))
          }
          sum += weight * Double(stored.image[(z * 18 + y) * 15 + x])
        }
      }
    }
    return sum
  }
}
