import Parallelism
import Resampling
import Testing
import Volumes

@Suite struct SlabTests {
  /// Targets large enough for several slabs, and a separate axis of each kind.
  @Test(
    arguments: [
      ([1.0, 1, 1], ResamplingScheme.logits), ([6, 1, 1], .logits), ([1, 6, 1], .logits),
      ([1, 1, 1], .image), ([6, 1, 1], .image), ([1, 6, 1], .image), ([1, 1, 6], .image),
      ([1, 1, 6], ResamplingScheme(orderAlongSeparateAxis: .linear)),
    ])
  func slabsTogetherAreTheResampledChannels(current: [Double], scheme: ResamplingScheme) {
    let channels = (0..<3).map { noise(Shape3(10, 30, 31), seed: UInt64($0)) }
    let shape = Shape3(21, 410, 401)
    let spacing = SpacingChange(current: current, new: [1, 1, 1])
    var found: [[Float]] = [[], [], []]
    var planes = 0
    scheme.forEachResampledSlab(of: channels, to: shape, spacing: spacing) { slab in
      #expect(slab.planes.lowerBound == planes)
      #expect(slab.shape == Shape3(slab.planes.count, 410, 401))
      planes = slab.planes.upperBound
      for channel in 0..<3 { found[channel] += slab.channels[channel] }
    }
    #expect(planes == 21)
    for channel in 0..<3 {
      let whole = scheme.resample(channels[channel], to: shape, spacing: spacing)
      // Slabs of other thickness start the recursion elsewhere: equal to 1e-6, not to the bit.
      let worst = zip(found[channel], whole.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(worst <= 2e-6)
    }
  }

  @Test func errorsOfTheBodyComeThrough() {
    struct Stop: Error {}
    let channel = noise(Shape3(4, 4, 4), seed: 1)
    #expect(throws: Stop.self) {
      try ResamplingScheme.logits.forEachResampledSlab(
        of: [channel], to: Shape3(5, 5, 5), spacing: unitSpacing
      ) { _ in throw Stop() }
    }
  }

  @Test func unchangedShapeIsHandedOutAsItIs() {
    let channel = noise(Shape3(4, 5, 6), seed: 1)
    var found: [Float] = []
    ResamplingScheme.image.forEachResampledSlab(
      of: [channel], to: channel.shape, spacing: unitSpacing
    ) { found += $0.channels[0] }
    #expect(found == channel.elements)
  }

  @Test(arguments: [1, 2, 5])
  func argmaxIsTheLargestOfTheResampled(classes: Int) {
    let logits = (0..<classes).map { noise(Shape3(9, 20, 21), seed: 20 + UInt64($0)) }
    let shape = Shape3(70, 201, 199)
    let found = argmaxOfResampled(logits: logits, to: shape, spacing: unitSpacing)
    let whole = logits.map {
      ResamplingScheme.logits.resample($0, to: shape, spacing: unitSpacing).elements
    }
    let wrong = (0..<shape.count).count { index in
      var best = 0
      for channel in 1..<max(1, classes) where whole[channel][index] > whole[best][index] {
        best = channel
      }
      return Int(found.elements[index]) != best
    }
    #expect(wrong == 0)
  }

  @Test func firstOfEqualClassesWins() {
    let logits = [0, 1, 1].map { VoxelArray<Float>(repeating: $0, shape: Shape3(2, 3, 4)) }
    let found = argmaxOfResampled(logits: logits, to: Shape3(3, 3, 9), spacing: unitSpacing)
    #expect(found.elements.allSatisfy { $0 == 1 })
  }

  @Test func channelsOfDifferentShapesAreAProgrammersMistake() async {
    await #expect(processExitsWith: .failure) {
      let channels = [noise(Shape3(2, 2, 2), seed: 1), noise(Shape3(2, 2, 3), seed: 1)]
      _ = argmaxOfResampled(logits: channels, to: Shape3(3, 3, 3), spacing: unitSpacing)
    }
  }

  @Test func scheduleKeepsNoMorePlanesThanItNeeds() {
    let axis = AxisOperator(500, to: 300, .linear)
    #expect(SlabSchedule(axis, thickness: 16).capacity <= 29)
    let spline = AxisOperator(500, to: 300, .cubic)
    #expect(SlabSchedule(spline, thickness: 16).capacity <= 29 + 2 + 16)
  }
}
