import Augmentation
import RandomNumbers
import Testing
import Volumes

/// Probabilities and ranges of what is drawn with the default settings, over many seeds; all bounds are five standard errors.
@Suite struct RandomDrawTests {
  private static let count = 40_000
  private static let drawn: [SampleAugmentation] = draw([40, 56, 40])

  private static func draw(_ patch: [Int]) -> [SampleAugmentation] {
    guard let geometry = try? PatchGeometry(patchSize: patch) else { return [] }
    return (0..<count).map { seed in
      var generator = SplitMix64(seed: 9, stream: seed)
      return AugmentationSettings().draw(for: geometry, channelCount: 2, from: &generator)
    }
  }

  private func expectShare(
    _ share: Double, of total: Int, found: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = (share * (1 - share) / Double(total)).squareRoot()
    #expect(
      abs(Double(found) / Double(total) - share) <= 5 * error, sourceLocation: sourceLocation)
  }

  private func expectUniform(
    _ values: [Float], in range: ClosedRange<Float>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(values.allSatisfy(range.contains), sourceLocation: sourceLocation)
    let width = Double(range.upperBound - range.lowerBound)
    // Eight bins of equal chance.
    for bin in 0..<8 {
      let found = values.count {
        min(7, Int(Double($0 - range.lowerBound) / width * 8)) == bin
      }
      expectShare(1.0 / 8, of: values.count, found: found, sourceLocation: sourceLocation)
    }
  }

  @Test func probabilitiesAreTheReferences() {
    let drawn = Self.drawn
    #expect(drawn.count == Self.count)
    let expected: [(Double, (SampleAugmentation) -> Bool)] = [
      (0.2, { $0.spatial.angles != [0, 0, 0] }), (0.2, { $0.spatial.scale != 1 }),
      (0.04, { $0.spatial.angles != [0, 0, 0] && $0.spatial.scale != 1 }),
      (0.1, { $0.noise != nil }), (0.2, { $0.blur != nil }), (0.15, { $0.brightness != nil }),
      (0.15, { $0.contrast != nil }), (0.25, { $0.lowResolution != nil }),
      (0.1, { $0.invertedGamma != nil }), (0.3, { $0.gamma != nil }),
      (0.03, { $0.invertedGamma != nil && $0.gamma != nil }),
      (0.5, { $0.mirroring.axes.contains(.depth) }), (0.5, { $0.mirroring.axes.contains(.width) }),
      (0.125, { $0.mirroring.axes == [.depth, .height, .width] }),
    ]
    for (share, test) in expected {
      expectShare(share, of: drawn.count, found: drawn.count(where: test))
    }
  }

  @Test func perChannelProbabilitiesAreTheReferences() {
    let blurs = Self.drawn.compactMap(\.blur).flatMap(\.widths)
    expectShare(0.5, of: blurs.count, found: blurs.count { $0 != nil })
    let scales = Self.drawn.compactMap(\.lowResolution).flatMap(\.scales)
    expectShare(0.5, of: scales.count, found: scales.count { $0 != nil })
    #expect(Self.drawn.compactMap(\.brightness).allSatisfy { !$0.factors.contains(nil) })
    #expect(Self.drawn.compactMap(\.contrast).allSatisfy { !$0.factors.contains(nil) })
    #expect(Self.drawn.compactMap(\.gamma).allSatisfy { !$0.exponents.contains(nil) })
  }

  @Test func rangesAreTheReferences() {
    let drawn = Self.drawn
    let angles = drawn.map(\.spatial.angles).filter { $0 != [0, 0, 0] }
    for axis in 0..<3 { expectUniform(angles.map { $0[axis] }, in: -Float.pi / 6...Float.pi / 6) }
    expectUniform(drawn.map(\.spatial.scale).filter { $0 != 1 }, in: 0.7...1.4)
    expectUniform(drawn.compactMap { $0.noise?.standardDeviation }, in: 0...0.1)
    let widths = drawn.compactMap(\.blur).flatMap(\.widths).compactMap { $0 }
    expectUniform(widths.map(\.depth), in: 0.5...1)
    expectUniform(widths.map(\.width), in: 0.5...1)
    #expect(widths.allSatisfy { $0.depth != $0.height })
    expectUniform(
      drawn.compactMap(\.lowResolution).flatMap(\.scales).compactMap { $0 }, in: 0.5...1)
  }

  @Test func factorsAreHalfBelowAndHalfAboveOne() {
    let laws: [([Float], ClosedRange<Float>)] = [
      (Self.drawn.compactMap(\.brightness).flatMap(\.factors).compactMap { $0 }, 0.75...1.25),
      (Self.drawn.compactMap(\.contrast).flatMap(\.factors).compactMap { $0 }, 0.75...1.25),
      (Self.drawn.compactMap(\.gamma).flatMap(\.exponents).compactMap { $0 }, 0.7...1.5),
      (Self.drawn.compactMap(\.invertedGamma).flatMap(\.exponents).compactMap { $0 }, 0.7...1.5),
    ]
    for (factors, range) in laws {
      let below = factors.filter { $0 < 1 }
      expectShare(0.5, of: factors.count, found: below.count)
      expectUniform(below, in: range.lowerBound...1)
      expectUniform(factors.filter { $0 >= 1 }, in: 1...range.upperBound)
    }
    #expect(Self.drawn.compactMap(\.gamma).allSatisfy { $0.direction == .dark })
    #expect(Self.drawn.compactMap(\.invertedGamma).allSatisfy { $0.direction == .bright })
  }

  @Test(arguments: [[20, 320, 256], [512, 512]])
  func flatPatchesTurnWithinSlicesOnly(patch: [Int]) {
    let drawn = Self.draw(patch)
    #expect(drawn.allSatisfy { $0.spatial.space == .slices })
    let angles = drawn.map(\.spatial.angles).filter { $0 != [0, 0, 0] }
    expectUniform(angles.map { $0[2] }, in: -Float.pi...Float.pi)
    #expect(drawn.compactMap(\.lowResolution).allSatisfy { $0.axes == [.height, .width] })
    let isPlane = patch.count == 2
    let turned = drawn.count { $0.mirroring.axes.contains(.depth) }
    expectShare(isPlane ? 0 : 0.5, of: drawn.count, found: turned)
  }
}
