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

  @Test func absentClassHasNoDice() {
    var overlap = PatchOverlap(classes: 3)
    let logits: [Float] = [0, 1, 1, 0, -1, -1]
    logits.withUnsafeBufferPointer {
      overlap.add($0, LabelBatch(batch: 1, size: Size3(1, 1, 2), labels: [1, 0]))
    }
    #expect(overlap.dice[0] == 1 && overlap.dice[1].isNaN)
  }
}
