import Networks
import Parallelism
import RandomNumbers
import Tensors
import TestSupport
import Testing

/// What every network keeps: shapes, gradients, save and load, the same result for any number of threads.
@Suite(.serialized) struct UNetContractTests {
  static let encoders: [UNetArchitecture.Encoder] = [.plain, .residual]
  private static let size = Size3(4, 8, 8)

  private func network(_ encoder: UNetArchitecture.Encoder, seed: UInt64 = 1) -> UNet {
    let network = UNet(
      UNetArchitecture(
        encoder: encoder, channels: (2, 3), features: [4, 6, 8],
        grid: ([[1, 3, 3], [3, 3, 3], [3, 3, 3]], [[1, 1, 1], [1, 2, 2], [2, 2, 2]]),
        blocks: ([1, 2, 2], [1, 2])))
    network.initialise(seed: seed)
    // A scale of zero, with which residual blocks start, would hide what is behind it.
    for (index, parameter) in network.parameters.enumerated() where parameter.shape.count == 1 {
      var generator = SplitMix64(seed: 5, stream: index)
      parameter.values = parameter.values.map { $0 + generator.uniform(0.2...0.6) }
    }
    return network
  }

  private func images(on device: Device, recordingOn tape: Tape? = nil) -> Tensor {
    var generator = SplitMix64(seed: 2)
    let shape = TensorShape(batch: 2, channels: 2, size: Self.size)
    return Tensor(
      (0..<shape.count).map { _ in generator.uniform(-1...1) }, shape: shape, on: device,
      recordingOn: tape)
  }

  private func loss(_ network: UNet, on device: Device, recorded: Bool = false) -> LossValue {
    let sizes = [Self.size, Size3(4, 4, 4)]
    let targets = sizes.map { size in
      LabelBatch(batch: 2, size: size, labels: (0..<2 * size.count).map { Int16($0 / 3 % 3) })
    }
    return SegmentationLoss(batchDice: true, levelWeights: [0.75, 0.25])(
      network(images(on: device, recordingOn: recorded ? Tape() : nil)), targets)
  }

  @Test(arguments: encoders, [true, false]) func weightsAreCountedWithoutBeingMade(
    encoder: UNetArchitecture.Encoder, hasBias: Bool
  ) {
    var architecture = UNetArchitecture(
      encoder: encoder, channels: (3, 4), features: [4, 6, 6, 9],
      grid: (
        [[1, 3, 3], [3, 3, 3], [3, 5, 3], [3, 3, 3]],
        [[1, 1, 1], [1, 2, 2], [2, 2, 2], [1, 2, 1]]
      ), blocks: ([1, 2, 3, 1], [1, 2, 3]))
    architecture.hasBias = hasBias
    let count = UNet(architecture).parameters.reduce(0) { $0 + $1.count }
    #expect(architecture.weightCount == Double(count))
  }

  @Test(arguments: encoders) func shapesFollowTheStrides(
    encoder: UNetArchitecture.Encoder
  ) throws {
    let device = try Device(precision: .float32)
    let network = network(encoder)
    let logits = network(images(on: device))
    #expect(
      logits.map(\.shape) == [
        TensorShape(batch: 2, channels: 3, size: Self.size),
        TensorShape(batch: 2, channels: 3, size: Size3(4, 4, 4)),
      ])
    #expect(network.levels == 2)
    #expect(network.architecture.divisor == [2, 4, 4])
    let highest = network.logits(images(on: device))
    #expect(highest.values == logits[0].values)
    try device.throwFailure()
  }

  /// Along the gradient of each parameter the loss falls as fast as the gradient is long.
  @Test(arguments: encoders) func gradientsEqualCentralDifferences(
    encoder: UNetArchitecture.Encoder
  ) throws {
    let device = try Device(precision: .float32)
    let network = network(encoder)
    let gradients = loss(network, on: device, recorded: true).gradients()
    let whole = gradients.norm(of: network.parameters)
    for parameter in network.parameters {
      let gradient = try #require(gradients[parameter], "\(parameter.name)")
      let length = gradients.norm(of: [parameter])
      if parameter.name.hasSuffix("conv.bias") {
        #expect(length == 0, "\(parameter.name) comes before a normalisation")
        continue
      }
      // Shorter than this the loss in float32 cannot be seen to change.
      guard length > 1e-3 * whole else { continue }
      let start = parameter.values
      let size = start.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let h = 2e-3 * max(size, 0.1)
      func value(_ step: Double) -> Double {
        let factor = Float(step / length)
        parameter.values = zip(start, gradient).map { $0 + factor * $1 }
        return loss(network, on: device).value
      }
      let slope = (value(h) - value(-h)) / (2 * h)
      parameter.values = start
      #expect(
        abs(slope - length) <= 0.03 * length + 2e-4 * whole,
        "\(parameter.name): slope \(slope), gradient of length \(length)")
    }
    try device.throwFailure()
  }

  @Test(arguments: encoders) func savedWeightsMakeTheSameNetwork(
    encoder: UNetArchitecture.Encoder
  ) throws {
    let device = try Device(precision: .float32)
    let (first, second) = (network(encoder), network(encoder, seed: 2))
    var saved: [String: (shape: [Int], values: [Float])] = [:]
    for parameter in first.parameters {
      #expect(saved[parameter.name] == nil, "\(parameter.name) is there twice")
      saved[parameter.name] = (parameter.shape, parameter.values)
    }
    let expected = first(images(on: device)).map(\.values)
    #expect(second(images(on: device)).map(\.values) != expected)
    try second.load { saved[$0] }
    #expect(second(images(on: device)).map(\.values) == expected)

    let name = first.parameters[3].name
    let before = second.parameters.map(\.values)
    saved[name]?.shape.append(1)
    #expect(
      throws: StateDictionaryError.wrongShape(
        name: name, expected: first.parameters[3].shape, found: first.parameters[3].shape + [1])
    ) { try second.load { saved[$0] } }
    saved[name] = nil
    #expect(throws: StateDictionaryError.missing(name: name)) { try second.load { saved[$0] } }
    #expect(second.parameters.map(\.values) == before)
  }

  @Test(arguments: encoders) func theNumberOfThreadsChangesNoLogit(
    encoder: UNetArchitecture.Encoder
  ) throws {
    defer { ThreadBudget.set(threads: ThreadBudget.availableProcessors) }
    for precision in Precision.allCases {
      let results = try [1, 2].map { threads in
        ThreadBudget.set(threads: threads)
        let device = try Device(precision: precision)
        let values = network(encoder)(images(on: device)).map(\.values)
        try device.throwFailure()
        return values
      }
      #expect(results[0] == results[1])
    }
  }

  @Test func initialisationFollowsTheSeed() {
    let (a, b, c) = (network(.residual), network(.residual), network(.residual, seed: 2))
    #expect(a.parameters.map(\.values) == b.parameters.map(\.values))
    #expect(a.parameters.map(\.values) != c.parameters.map(\.values))
    let kernel = UNet(
      UNetArchitecture(
        encoder: .plain, channels: (1, 2), features: [64, 64],
        grid: ([[3, 3, 3], [3, 3, 3]], [[1, 1, 1], [2, 2, 2]]), blocks: ([2, 2], [2])))
    kernel.initialise(seed: 3)
    for parameter in kernel.parameters where parameter.count > 50_000 {
      let fanIn = Double(parameter.shape.dropFirst().reduce(1, *))
      let sum = parameter.values.reduce(0) { $0 + Double($1) * Double($1) }
      let ratio = sum / Double(parameter.count) / (2 / 1.0001 / fanIn)
      #expect(abs(ratio - 1) < 0.03, "\(parameter.name)")
    }
  }
}
