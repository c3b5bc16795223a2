import Evaluation
import RandomNumbers
import Testing
import Volumes

@Suite struct OverlapEvaluatorTests {
  @Test func countsByHand() {
    let reference = labelMap([0, 1, 1, 2, 2, 9])
    let prediction = labelMap([1, 1, 2, 2, 0, 1])
    let evaluator = OverlapEvaluator(
      structures: [.label(1), .region([1, 2]), .label(7)], ignoreLabel: 9)
    let counts = evaluator.counts(reference: reference, prediction: prediction)
    #expect(
      counts[0]
        == ConfusionCounts(
          truePositives: 1, falsePositives: 1, falseNegatives: 1, trueNegatives: 2))
    #expect(
      counts[1]
        == ConfusionCounts(
          truePositives: 3, falsePositives: 1, falseNegatives: 1, trueNegatives: 0))
    #expect(counts[0].dice == 0.5)
    #expect(counts[0].intersectionOverUnion == 1.0 / 3)
    #expect(counts[1].predictedVoxels == 4)
    #expect(counts[1].referenceVoxels == 4)
    #expect(counts[2].dice.isNaN && counts[2].intersectionOverUnion.isNaN)
  }

  /// The fast count against one mask after the other, over chunks, runs of 32 and remainders.
  @Test(arguments: [1, 31, 32, 33, 1000, (1 << 18) + 77, 700_001])
  func countsEqualMaskByMask(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    func runs() -> [UInt16] {
      var labels: [UInt16] = []
      while labels.count < count {
        let label = [0, 1, 2, 300, 65535].randomElement(using: &generator) ?? 0
        let length = Int.random(in: 1...90, using: &generator)
        labels += Array(repeating: UInt16(label), count: min(length, count - labels.count))
      }
      return labels
    }
    let (reference, prediction) = (runs(), runs())
    let structures: [Structure] = [
      .label(0), .label(1), .label(300), .label(65535), .region([1, 300]), .region([5]),
    ]
    for ignoreLabel in [nil, 2, 65535] as [UInt16?] {
      let evaluator = OverlapEvaluator(structures: structures, ignoreLabel: ignoreLabel)
      let found = evaluator.counts(
        reference: labelMap(reference), prediction: labelMap(prediction))
      for (structure, counts) in zip(structures, found) {
        var expected = ConfusionCounts(
          truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0)
        for (r, p) in zip(reference, prediction) where r != ignoreLabel {
          switch (structure.labels.contains(r), structure.labels.contains(p)) {
          case (true, true): expected.truePositives += 1
          case (false, true): expected.falsePositives += 1
          case (true, false): expected.falseNegatives += 1
          case (false, false): expected.trueNegatives += 1
          }
        }
        #expect(counts == expected, "\(structure), ignoring \(String(describing: ignoreLabel))")
      }
    }
  }

  @Test func structuresKeepTheirKeys() {
    for (structure, key) in [
      (Structure.label(12), "12"), (.region([1, 2, 3]), "(1, 2, 3)"), (.region([3]), "(3,)"),
    ] {
      #expect(structure.key == key)
      #expect(Structure(key: key) == structure)
    }
    for key in ["", "a", "()", "(1", "(1, x)", "-1", "70000"] {
      #expect(Structure(key: key) == nil, "\(key)")
    }
  }
}

func labelMap(_ labels: [UInt16], spacing: Double = 1) -> LabelMap {
  LabelMap(
    labels: labels,
    geometry: Geometry(
      extent: Extent(x: labels.count, y: 1, z: 1), spacing: Vector3(spacing, 1, 1)))
}
