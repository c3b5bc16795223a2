import RandomNumbers
import Tensors
import TestSupport
import Testing
import Training

struct PatchOverlapTests {
  @Test func diceEqualsTheSlowCount() {
    let (batch, classes, size) = (3, 4, Size3(3, 5, 4))
    var generator = SplitMix64(seed: 1)
    var overlap = PatchOverlap(classes: classes)
    var (right, predicted, actual) = ([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0])
    for _ in 0..<2 {
      var logits = [Float](repeating: 0, count: batch * classes * size.count)
      // Few values, so that classes often tie.
      for index in logits.indices { logits[index] = generator.uniform(0...3).rounded() }
      let labels = (0..<batch * size.count).map { _ in Int16(generator.next() % 5) - 1 }
      logits.withUnsafeBufferPointer {
        overlap.add($0, LabelBatch(batch: batch, size: size, labels: labels))
      }
      for (voxel, label) in labels.enumerated() where label >= 0 {
        let (sample, place) = voxel.quotientAndRemainder(dividingBy: size.count)
        let values = (0..<classes).map { logits[(sample * classes + $0) * size.count + place] }
        let winner = values.firstIndex(of: values.max() ?? 0) ?? 0
        if winner == Int(label) { right[winner] += 1 }
        predicted[winner] += 1
        actual[Int(label)] += 1
      }
    }
    let expected = (1..<classes).map { 2 * Double(right[$0]) / Double(predicted[$0] + actual[$0]) }
    #expect(overlap.dice == expected)
    #expect(expected.allSatisfy { $0 > 0 && $0 < 1 })
  }

  @Test func diceOfRegionsEqualsTheSlowCount() {
    let (batch, size) = (2, Size3(3, 5, 4))
    let members: [[Int16]] = [[1, 2, 4], [2], [0, 3]]
    let channels = SegmentationLoss.Channels.regions(
      RegionMembership(members), hasIgnoredVoxels: true)
    var generator = SplitMix64(seed: 2)
    var overlap = PatchOverlap(classes: 3, channels)
    var logits = [Float](repeating: 0, count: batch * 3 * size.count)
    for index in logits.indices { logits[index] = generator.uniform(-3...3).rounded() }
    let labels = (0..<batch * size.count).map { _ in Int16(generator.next() % 6) - 1 }
    logits.withUnsafeBufferPointer {
      overlap.add($0, LabelBatch(batch: batch, size: size, labels: labels))
    }
    let expected = members.indices.map { region in
      var (both, either) = (0, 0)
      for (voxel, label) in labels.enumerated() where label >= 0 {
        let (sample, place) = voxel.quotientAndRemainder(dividingBy: size.count)
        // A probability of exactly one half is not enough.
        let isFound = logits[(sample * 3 + region) * size.count + place] > 0
        let isThere = members[region].contains(label)
        both += isFound && isThere ? 1 : 0
        either += (isFound ? 1 : 0) + (isThere ? 1 : 0)
      }
      return 2 * Double(both) / Double(either)
    }
    #expect(overlap.dice == expected)
    #expect(expected.allSatisfy { $0 > 0 && $0 < 1 })
  }

  @Test func absentClassHasNoDice() {
    var overlap = PatchOverlap(classes: 3)
    let logits: [Float] = [0, 1, 1, 0, -1, -1]
    logits.withUnsafeBufferPointer {
      overlap.add($0, LabelBatch(batch: 1, size: Size3(1, 1, 2), labels: [1, 0]))
    }
    #expect(overlap.dice[0] == 1 && overlap.dice[1].isNaN)
  }
}
