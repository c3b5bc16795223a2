import Parallelism
import Resampling
import Testing
import Volumes

@Suite struct LabelResamplingTests {
  @Test(arguments: ResamplingFixture.labelMaps)
  func equalsTheReference(fixture: ResamplingFixture) throws {
    let (input, expected) = try fixture.arrays(of: Int16.self)
    let found = try fixture.scheme().resample(
      labels: input, to: expected.shape, spacing: fixture.spacing)
    let wrong = zip(found.elements, expected.elements).count { $0 != $1 }
    // Linear shares are exact, ties included; cubic ones are of single precision and differ at most
    // where two labels tie.
    #expect(wrong <= (fixture.order == 3 ? expected.elements.count / 1000 : 0))
  }

  @Test func everyLabelFixtureIsThere() { #expect(ResamplingFixture.labelMaps.count == 13) }

  @Test(arguments: LabelRule.allCases)
  func equalsSharesOfAllLabels(rule: LabelRule) {
    // Doubling every axis makes shares of 1/64 ... 27/64: sums are exact and ties abound.
    let shape = Shape3(5, 6, 7)
    let labels = VoxelArray(
      shape: shape, elements: noise(shape, seed: 4).elements.map { Int16($0 * 4) - 1 })
    let wanted = Shape3(10, 12, 14)
    let scheme = ResamplingScheme(order: .linear, separation: .never, labelRule: rule)
    let found = scheme.resample(labels: labels, to: wanted, spacing: unitSpacing)
    let values: [Int16] = [-1, 0, 1, 2]
    let shares = values.map { value in
      slowlyResampled(
        VoxelArray(shape: shape, elements: labels.elements.map { $0 == value ? 1 : 0 }),
        to: wanted, [.linear, .linear, .linear])
    }
    for i in 0..<wanted.count {
      let (z, y, x) = (i / 168, i / 14 % 12, i % 14)
      let best = shares.map { $0[i] }.max() ?? 0
      switch rule {
      case .lastAboveHalf:
        let winner = values.indices.last { shares[$0][i] >= 0.5 }.map { values[$0] } ?? 0
        #expect(found.elements[i] == winner)
      case .largestShare:
        let tied = values.indices.filter { shares[$0][i] == best }.map { values[$0] }
        let nearest = labels[z / 2, y / 2, x / 2]
        #expect(found.elements[i] == (tied.contains(nearest) ? nearest : tied[0]))
      }
    }
  }

  @Test func equalShapeIsReturnedUntouched() {
    let labels = VoxelArray<Int16>(shape: Shape3(1, 2, 2), elements: [3, -1, 0, 7])
    let found = ResamplingScheme.labels.resample(
      labels: labels, to: labels.shape, spacing: unitSpacing)
    #expect(found.elements == labels.elements)
  }

  @Test func resultDoesNotDependOnThreads() {
    let shape = Shape3(30, 60, 61)
    let labels = VoxelArray(
      shape: shape, elements: noise(shape, seed: 8).elements.map { Int16($0 * 3) })
    let wanted = Shape3(40, 77, 50)
    let many = ResamplingScheme.labels.resample(labels: labels, to: wanted, spacing: unitSpacing)
    let one = ThreadBudget.serially {
      ResamplingScheme.labels.resample(labels: labels, to: wanted, spacing: unitSpacing)
    }
    #expect(many.elements == one.elements)
  }
}
