import Augmentation
import TestSupport
import Testing
import Volumes

/// The deterministic transforms against batchgeneratorsv2 with the same parameters.
///
/// Intensities span -8 to 8.
@Suite struct IntensityTransformTests {
  private func difference(
    _ name: String, _ apply: (PatchMemory) -> Void
  ) throws -> Double {
    var sample = try Fixture.patch()
    sample.withMemory(apply)
    let worst = largestDifference(sample.channels, try Fixture.floats(name))
    return worst.value
  }

  @Test func blurEqualsThePeers() throws {
    let blur = GaussianBlur(widths: [.init(0.5, 0.75, 1), .init(0.95, 0.6, 0.55)])
    #expect(try difference("blur", blur.apply) < 3e-6)
  }

  @Test func contrastEqualsThePeersAndKeepsTheRange() throws {
    let contrast = ContrastScaling(factors: [1.25, 0.8])
    #expect(try difference("contrast", contrast.apply) < 3e-6)
  }

  @Test func lowResolutionEqualsThePeers() throws {
    let low = LowResolutionSimulation(scales: [0.5, 0.77])
    #expect(try difference("low_resolution", low.apply) < 3e-6)
    let slices = LowResolutionSimulation(scales: [0.6, 0.9], axes: [.height, .width])
    #expect(try difference("low_resolution_slices", slices.apply) < 3e-6)
  }

  @Test func gammaEqualsThePeers() throws {
    let gamma = GammaCorrection(exponents: [0.7, 1.4])
    #expect(try difference("gamma", gamma.apply) < 1e-5)
    let inverted = GammaCorrection(exponents: [0.7, 1.4], direction: .bright)
    #expect(try difference("gamma_inverted", inverted.apply) < 1e-5)
    // The two directions differ, so that neither test would pass for the other.
    #expect(try difference("gamma", inverted.apply) > 0.1)
  }

  @Test func mirroringEqualsThePeersAndTurnsTheLabelsToo() throws {
    let mirroring = Mirroring(axes: [.depth, .width])
    #expect(try difference("mirror", mirroring.apply) == 0)
    let before = try Fixture.patch()
    var after = before
    after.withMemory(Mirroring(axes: [.depth, .height, .width]).apply)
    #expect(after.labels == before.labels.reversed())
    #expect(Array(after.channels[..<792]) == before.channels[..<792].reversed())
  }

  @Test func brightnessMultipliesItsChannelsOnly() throws {
    let before = try Fixture.patch()
    var after = before
    after.withMemory(BrightnessScaling(factors: [nil, 1.25]).apply)
    #expect(after.channels[..<792] == before.channels[..<792])
    #expect(after.channels[792...].elementsEqual(before.channels[792...].map { 1.25 * $0 }))
  }

  @Test func channelsWithoutParametersStay() throws {
    let before = try Fixture.patch()
    let transforms: [(PatchMemory) -> Void] = [
      GaussianBlur(widths: [nil, .init(1, 1, 1)]).apply,
      ContrastScaling(factors: [nil, 0.8]).apply,
      LowResolutionSimulation(scales: [nil, 0.5]).apply,
      GammaCorrection(exponents: [nil, 0.8]).apply,
    ]
    for transform in transforms {
      var after = before
      after.withMemory(transform)
      #expect(after.channels[..<792] == before.channels[..<792])
      #expect(after.channels[792...] != before.channels[792...])
    }
  }

  @Test func constantImageSurvivesEveryTransform() {
    let shape = Shape3(5, 6, 7)
    let constant = [Float](repeating: 2.5, count: shape.count)
    let transforms: [(PatchMemory) -> Void] = [
      GaussianBlur(widths: [.init(1, 0.7, 0.5)]).apply, ContrastScaling(factors: [1.2]).apply,
      LowResolutionSimulation(scales: [0.5]).apply, GammaCorrection(exponents: [0.7]).apply,
      GammaCorrection(exponents: [1.3], direction: .bright).apply,
    ]
    for transform in transforms {
      var sample = TrainingSample(
        shape: shape, channels: constant, labels: Array(repeating: 0, count: shape.count))
      sample.withMemory(transform)
      #expect(largestDifference(sample.channels, constant).value < 1e-6)
    }
  }

  @Test func blurOfAThinPatchReflectsAgainAndSkipsSingleSlices() {
    // Two slices: a kernel of seven weights reaches beyond both borders, and the reflection alternates.
    var sample = TrainingSample(shape: Shape3(2, 1, 1), channels: [1, 0], labels: [0, 0])
    sample.withMemory(GaussianBlur(widths: [.init(1, 1, 1)]).apply)
    let weights = [1, 0.606_530_66, 0.135_335_28, 0.011_108_997]
    let even =
      (weights[0] + 2 * weights[2]) / (weights[0] + 2 * (weights[1] + weights[2] + weights[3]))
    #expect(largestDifference(sample.channels, [even, 1 - even]).value < 1e-6)
  }
}
