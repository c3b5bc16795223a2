import Parallelism
import RandomNumbers
import Tensors
import Testing

/// A network of a few operations, for what holds of a whole training step.
private struct TinyNetwork {
  let down = Parameter(name: "down", shape: [20, 3, 3, 3, 3])
  let deep = Parameter(name: "deep", shape: [33, 20, 3, 3, 3])
  let up = Parameter(name: "up", shape: [33, 20, 2, 2, 2])
  let upBias = Parameter(name: "up bias", shape: [20])
  let head = Parameter(name: "head", shape: [3, 40, 1, 1, 1])
  let headBias = Parameter(name: "head bias", shape: [3])
  let scale = Parameter(name: "scale", shape: [20])
  let shift = Parameter(name: "shift", shape: [20])
  var parameters: [Parameter] { [down, deep, up, upBias, head, headBias, scale, shift] }

  init() {
    for (index, parameter) in parameters.enumerated() {
      var generator = SplitMix64(seed: 9, stream: index)
      parameter.update { generator.fillNormal($0, standardDeviation: 0.1) }
    }
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let a = x.convolved(with: down, bias: nil, stride: .one)
      .instanceNormalised(scale: scale, shift: shift, epsilon: 1e-5, slope: 0.01)
    let b = a.convolved(with: deep, bias: nil, stride: Size3(2, 2, 2))
    return b.upsampled(with: up, bias: upBias, stride: Size3(2, 2, 2), followedBy: a)
      .logits(weight: head, bias: headBias)
  }

  func loss(on device: Device, size: Size3 = Size3(14, 16, 18)) -> LossValue {
    var generator = SplitMix64(seed: 4)
    let shape = TensorShape(batch: 2, channels: 3, size: size)
    let x = Tensor(
      (0..<shape.count).map { _ in generator.uniform(-1...1) }, shape: shape, on: device,
      recordingOn: Tape())
    let labels = (0..<2 * size.count).map { _ in Int16.random(in: 0...2, using: &generator) }
    return SegmentationLoss(batchDice: true, levelWeights: [1])(
      [self(x)], [LabelBatch(batch: 2, size: size, labels: labels)])
  }
}

@Suite(.serialized) struct TrainingStepTests {
  @Test(arguments: Precision.allCases) func aStepAfterTheFirstAllocatesNothing(
    precision: Precision
  ) throws {
    // Alone on its thread, whatever budget other tests set meanwhile.
    try ThreadBudget.serially { () throws in
      let device = try Device(precision: precision)
      let network = TinyNetwork()
      var optimiser = GradientDescent()
      var allocations: [Int] = []
      for _ in 0..<4 {
        let gradients = network.loss(on: device).gradients()
        optimiser.update(network.parameters, with: gradients)
        allocations.append(device.allocations)
      }
      try device.throwFailure()
      #expect(allocations[0] > 10)
      #expect(allocations[1...] == [allocations[0], allocations[0], allocations[0]])
      let peak = device.peakTensorBytes
      #expect(peak > 2 * 3 * 14 * 16 * 18 * precision.bytes)
      device.trimMemory()
      _ = network.loss(on: device).value
      #expect(device.allocations > allocations[3])
    }
  }

  @Test(arguments: Precision.allCases) func resultsDoNotDependOnTheNumberOfThreads(
    precision: Precision
  ) throws {
    defer { ThreadBudget.set(threads: ThreadBudget.availableProcessors) }
    let network = TinyNetwork()
    var losses: [Double] = []
    var gradients: [[[Float]?]] = []
    for threads in [1, 2] {
      ThreadBudget.set(threads: threads)
      let device = try Device(precision: precision)
      let loss = network.loss(on: device)
      losses.append(loss.value)
      let found = loss.gradients()
      gradients.append(network.parameters.map { found[$0] })
      try device.throwFailure()
    }
    #expect(losses[0] == losses[1])
    for (index, parameter) in network.parameters.enumerated() {
      let (one, two) = (try #require(gradients[0][index]), try #require(gradients[1][index]))
      if parameter.name == "down" || parameter.name == "deep" || parameter.name == "up" {
        // oneDNN splits the sums of a weight gradient among its threads.
        let largest = one.reduce(0) { max($0, abs($1)) }
        for (a, b) in zip(one, two) { #expect(abs(a - b) <= 1e-5 * largest) }
      } else {
        #expect(one == two, "\(parameter.name)")
      }
    }
  }

  @Test func aDeviceServesSeveralNumbersOfThreads() throws {
    defer { ThreadBudget.set(threads: ThreadBudget.availableProcessors) }
    let device = try Device(precision: .float32)
    let network = TinyNetwork()
    var losses: Set<Double> = []
    for threads in [2, 1, 3, 2] {
      ThreadBudget.set(threads: threads)
      losses.insert(network.loss(on: device).value)
    }
    try device.throwFailure()
    #expect(losses.count == 1)
  }

  @Test func theSameStepTwiceGivesTheSameBits() throws {
    // Alone on its thread, whatever budget other tests set meanwhile.
    try ThreadBudget.serially { () throws in
      let results = try (0..<2).map { _ in
        let device = try Device()
        let network = TinyNetwork()
        var optimiser = Adam()
        for _ in 0..<3 {
          optimiser.update(network.parameters, with: network.loss(on: device).gradients())
        }
        return network.parameters.map(\.values)
      }
      #expect(results[0] == results[1])
    }
  }

  @Test func convolutionsAreCountedAndTimed() throws {
    // Alone on its thread, whatever budget other tests set meanwhile.
    try ThreadBudget.serially { () throws in
      let device = try Device(precision: .float32)
      let network = TinyNetwork()
      _ = network.loss(on: device)
      device.clearConvolutionCounts()
      for _ in 0..<3 { _ = network.loss(on: device).gradients() }
      var clock = 0.0
      let timings = try device.timeConvolutions(repetitions: 2) {
        clock += 1
        return clock
      }
      // Three layers, each with a forward pass and two gradients; the image needs none.
      #expect(timings.count == 8)
      #expect(timings.allSatisfy { $0.executions == 3 && $0.seconds == 1 && $0.operations > 0 })
      #expect(timings.filter { $0.name.hasPrefix("input gradient") }.count == 2)
      #expect(Set(timings.map(\.name)).count == 8)
    }
  }
}
