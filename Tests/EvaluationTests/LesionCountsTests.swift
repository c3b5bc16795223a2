import Evaluation
import RandomNumbers
import RegionsOfInterest
import Testing
import Volumes

@Suite struct LesionCountsTests {
  @Test func countsByHand() {
    //  Found, missed, invented, one in two pieces, two in one.
    let reference = row("11110 01111 00000 0111111110 110110")
    let prediction = row("11000 00000 01100 0111011110 111110")
    #expect(
      LesionCounts(reference: reference, prediction: prediction)
        == LesionCounts(truePositives: 3, falsePositives: 2, falseNegatives: 2))
  }

  /// A tenth exactly is not above a tenth.
  @Test func thresholdIsExceeded() {
    let reference = row("1111111111")
    let prediction = row("1000000000")
    #expect(LesionCounts(reference: reference, prediction: prediction).truePositives == 0)
    var settings = LesionSettings()
    settings.threshold = 0.0999
    let counts = LesionCounts(reference: reference, prediction: prediction, settings: settings)
    #expect(counts.truePositives == 1)
  }

  @Test func diagonalVoxelsAreOneLesionOverCorners() {
    let mask = Mask(
      voxels: [true, false, false, true],
      geometry: Geometry(extent: Extent(x: 2, y: 2, z: 1)))
    var settings = LesionSettings()
    #expect(LesionCounts(reference: mask, prediction: mask).truePositives == 1)
    settings.connectivity = .faces
    #expect(
      LesionCounts(reference: mask, prediction: mask, settings: settings).truePositives == 2)
  }

  @Test func ratios() {
    let counts = LesionCounts(truePositives: 3, falsePositives: 1, falseNegatives: 2)
    #expect(counts.f1 == 6.0 / 9)
    #expect(counts.sensitivity == 0.6)
    #expect(counts.precision == 0.75)
    let none = LesionCounts(truePositives: 0, falsePositives: 0, falseNegatives: 0)
    #expect(none.f1.isNaN && none.sensitivity.isNaN && none.precision.isNaN)
    #expect((counts + counts).falseNegatives == 4)
  }

  /// Against all pairs of components compared voxel by voxel.
  @Test(arguments: 0..<20) func countsEqualPairByPair(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let geometry = Geometry(extent: Extent(x: 12, y: 9, z: 7))
    func mask() -> Mask {
      Mask(
        voxels: (0..<geometry.extent.count).map { _ in generator.chance(0.12) },
        geometry: geometry)
    }
    let (reference, prediction) = (mask(), mask())
    let (first, second) = (
      ConnectedComponents(of: reference, connectivity: .corners),
      ConnectedComponents(of: prediction, connectivity: .corners)
    )
    let (a, b) = (first.numbers.voxels, second.numbers.voxels)
    var overlaps: [(overlap: Double, reference: Int, prediction: Int)] = []
    for r in 1...max(1, first.count) {
      for p in 1...max(1, second.count) {
        let both = zip(a, b).count { Int($0) == r && Int($1) == p }
        let either = zip(a, b).count { Int($0) == r || Int($1) == p }
        overlaps.append((Double(both) / Double(either), r, p))
      }
    }
    var matched = 0
    while let best = overlaps.filter({ $0.overlap > 0.1 })
      .max(by: {
        ($0.overlap, -$0.reference, -$0.prediction)
          < ($1.overlap, -$1.reference, -$1.prediction)
      })
    {
      matched += 1
      overlaps.removeAll { $0.reference == best.reference || $0.prediction == best.prediction }
    }
    #expect(
      LesionCounts(reference: reference, prediction: prediction)
        == LesionCounts(
          truePositives: matched, falsePositives: second.count - matched,
          falseNegatives: first.count - matched))
  }
}

private func row(_ text: String) -> Mask {
  let voxels = text.filter { $0 != " " }.map { $0 == "1" }
  return Mask(voxels: voxels, geometry: Geometry(extent: Extent(x: voxels.count, y: 1, z: 1)))
}
