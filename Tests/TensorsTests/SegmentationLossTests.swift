import RandomNumbers
import Tensors
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

struct LossCase: Sendable, CustomStringConvertible {
  var batch = 2
  var classes = 3
  var size = Size3(3, 4, 5)
  var batchDice = false
  /// Every so many voxels one is ignored; 0 for none.
  var ignoredEvery = 0
  var spread = 2.0

  var description: String {
    "\(batch) x \(classes) x \(size.lengths), \(batchDice ? "batch" : "sample") Dice, "
      + "ignored \(ignoredEvery), logits within \(spread)"
  }
}

@Suite struct SegmentationLossTests {
  static let cases = [
    LossCase(), LossCase(batchDice: true), LossCase(ignoredEvery: 3),
    LossCase(batchDice: true, ignoredEvery: 4), LossCase(batch: 1, classes: 1),
    LossCase(batch: 1, classes: 2, size: Size3(1, 1, 1)),
    LossCase(batch: 1, classes: 2, size: Size3(1, 1, 16)),
    LossCase(batch: 3, classes: 5, size: Size3(1, 7, 9), batchDice: true, ignoredEvery: 7),
    LossCase(batch: 2, classes: 117, size: Size3(2, 3, 7)),
    LossCase(batch: 2, classes: 117, size: Size3(2, 3, 7), batchDice: true, ignoredEvery: 2),
    LossCase(batch: 2, classes: 3, size: Size3(17, 18, 19)),
    LossCase(spread: 10_000), LossCase(batchDice: true, ignoredEvery: 3, spread: 10_000),
  ]

  @Test(arguments: cases) func valueAndGradientEqualTheDefinition(_ c: LossCase) throws {
    let voxels = c.size.count
    var generator = SplitMix64(seed: 11)
    let shape = TensorShape(batch: c.batch, channels: c.classes, size: c.size)
    let logits = (0..<shape.count).map { _ in
      generator.uniform(-1...1) * Float(c.spread)
    }
    let labels = (0..<c.batch * voxels).map { index in
      c.ignoredEvery > 0 && index % c.ignoredEvery == 0
        ? LabelBatch.ignored : Int16.random(in: 0..<Int16(c.classes), using: &generator)
    }
    let device = try Device(precision: .float32)
    let variable = Variable(logits, shape: shape, on: device, recordingOn: Tape())
    let loss = SegmentationLoss(batchDice: c.batchDice, levelWeights: [0.75])(
      [identityLogits(variable.tensor)],
      [LabelBatch(batch: c.batch, size: c.size, labels: labels)])
    let exact = slowLoss(logits.map(Double.init), labels, c)
    let entropyError = abs(loss.crossEntropy - 0.75 * exact.crossEntropy)
    #expect(entropyError <= 2e-6 * max(1, exact.crossEntropy))
    #expect(abs(loss.dice - 0.75 * exact.dice) <= 2e-6)
    #expect(abs(loss.value - (loss.crossEntropy + loss.dice)) <= 1e-12 * abs(loss.value))

    _ = loss.gradients()
    let found = try #require(variable.gradient)
    let h = 1e-5
    let places =
      shape.count < 130
      ? Array(0..<shape.count)
      : (0..<40).map { _ in Int.random(in: 0..<shape.count, using: &generator) }
    let largest = found.reduce(1e-9) { max($0, Double(abs($1))) }
    for place in places {
      var (plus, minus) = (logits.map(Double.init), logits.map(Double.init))
      plus[place] += h
      minus[place] -= h
      let (a, b) = (slowLoss(plus, labels, c), slowLoss(minus, labels, c))
      let slope = 0.75 * (a.crossEntropy + a.dice - b.crossEntropy - b.dice) / (2 * h)
      // Differences of entropies of 10,000 lose as many digits: 2^-52 of them, over the step.
      let bound = 2e-5 * largest + 1e-15 * exact.crossEntropy / h
      #expect(abs(Double(found[place]) - slope) <= bound, "at \(place) of \(shape)")
    }
    if c.ignoredEvery > 0 {
      for voxel in 0..<voxels where labels[voxel] < 0 {
        for k in 0..<c.classes { #expect(found[k * voxels + voxel] == 0) }
      }
    }
  }

  @Test func allVoxelsIgnoredGivesNoEntropyAndNoGradient() throws {
    let device = try Device(precision: .float32)
    let variable = Variable(
      [1, 2, 3, 4], shape: shape(1, 2, 1, 1, 2), on: device, recordingOn: Tape())
    let loss = SegmentationLoss(batchDice: false, levelWeights: [1])(
      [identityLogits(variable.tensor)],
      [LabelBatch(batch: 1, size: Size3(1, 1, 2), labels: [-1, -1])])
    // With all sums 0 the Dice of the only foreground class is 1e-5 / 1e-5.
    #expect(loss.crossEntropy == 0 && abs(loss.dice + 1) < 1e-12)
    _ = loss.gradients()
    #expect(variable.gradient == [0, 0, 0, 0])
  }

  @Test func notANumberIsNotHidden() throws {
    let device = try Device(precision: .float32)
    let x = Tensor([1, .nan, 3, 4], shape: shape(1, 2, 1, 1, 2), on: device)
    let loss = SegmentationLoss(batchDice: false, levelWeights: [1])(
      [identityLogits(x)], [LabelBatch(batch: 1, size: Size3(1, 1, 2), labels: [0, 1])])
    #expect(loss.value.isNaN)
  }

  @Test func levelsAddUpByTheirWeights() throws {
    #expect(SegmentationLoss.deepSupervisionWeights(levels: 1) == [1])
    #expect(SegmentationLoss.deepSupervisionWeights(levels: 2) == [1, 0])
    let weights = SegmentationLoss.deepSupervisionWeights(levels: 4)
    #expect(zip(weights, [4, 2, 1, 0]).allSatisfy { abs($0 - Double($1) / 7) < 1e-15 })
    let device = try Device(precision: .float32)
    let levels = [Size3(2, 2, 4), Size3(1, 1, 2)].map { size -> (Tensor, LabelBatch) in
      let x = Tensor(
        (0..<size.count * 2).map { Float($0 % 3) },
        shape: TensorShape(batch: 1, channels: 2, size: size), on: device)
      return (
        identityLogits(x),
        LabelBatch(batch: 1, size: size, labels: (0..<size.count).map { Int16($0 % 2) })
      )
    }
    func value(_ weights: [Double]) -> Double {
      SegmentationLoss(batchDice: false, levelWeights: weights)(levels.map(\.0), levels.map(\.1))
        .value
    }
    let (first, second) = (value([1, 0]), value([0, 1]))
    #expect(abs(value([0.7, 0.3]) - (0.7 * first + 0.3 * second)) < 1e-12)
  }

  @Test func labelsBeyondTheClassesStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let device = try Device(precision: .float32)
      let weight = Parameter(name: "weight", shape: [2, 1, 1, 1, 1])
      let x = Tensor(
        [1, 2], shape: TensorShape(batch: 1, channels: 1, size: Size3(1, 1, 2)), on: device
      )
      .logits(weight: weight, bias: Parameter(name: "bias", shape: [2]))
      _ = SegmentationLoss(batchDice: false, levelWeights: [1])(
        [x], [LabelBatch(batch: 1, size: Size3(1, 1, 2), labels: [0, 2])])
    }
  }

  /// Logits equal to the tensor's numbers.
  private func identityLogits(_ x: Tensor) -> Tensor {
    let k = x.shape.channels
    let weight = Parameter(name: "identity", shape: [k, k, 1, 1, 1])
    weight.values = (0..<k * k).map { $0 / k == $0 % k ? 1 : 0 }
    return x.logits(weight: weight, bias: Parameter(name: "zero", shape: [k]))
  }

  private func slowLoss(_ logits: [Double], _ labels: [Int16], _ c: LossCase)
    -> (crossEntropy: Double, dice: Double)
  {
    let voxels = c.size.count
    var (entropy, counted) = (0.0, 0.0)
    let groups = c.batchDice ? 1 : c.batch
    var sums = Array(
      repeating: Array(repeating: (i: 0.0, g: 0.0, p: 0.0), count: c.classes), count: groups)
    for n in 0..<c.batch {
      for voxel in 0..<voxels where labels[n * voxels + voxel] >= 0 {
        let label = Int(labels[n * voxels + voxel])
        let z = (0..<c.classes).map { logits[(n * c.classes + $0) * voxels + voxel] }
        let largest = z.reduce(-Double.infinity, max)
        let total = z.reduce(0) { $0 + exp($1 - largest) }
        entropy += log(total) + largest - z[label]
        counted += 1
        for k in 0..<c.classes {
          let p = exp(z[k] - largest) / total
          let group = c.batchDice ? 0 : n
          sums[group][k].p += p
          if k == label {
            sums[group][k].i += p
            sums[group][k].g += 1
          }
        }
      }
    }
    var dice = 0.0
    for group in sums {
      for s in group.dropFirst() { dice += (2 * s.i + 1e-5) / max(s.g + s.p + 1e-5, 1e-8) }
    }
    return (
      counted > 0 ? entropy / counted : 0, -dice / Double(max(1, groups * (c.classes - 1)))
    )
  }
}
