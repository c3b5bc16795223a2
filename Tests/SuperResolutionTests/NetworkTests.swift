import Networks
import RandomNumbers
import SuperResolution
import Tensors
import Testing

/// Generator and discriminator against PyTorch.
@Suite struct NetworkTests {
  private func shape(_ lengths: [Int]) -> TensorShape {
    TensorShape(batch: lengths[0], channels: lengths[1], size: Size3(Array(lengths[2...])))
  }

  @Test func generatorEqualsPyTorch() throws {
    let fixture = try Fixture("networks")
    let network = Generator(
      UpscalingArchitecture(factors: [1, 2, 3], features: 8, fineFeatures: 6, blocks: 2))
    try network.load { name in
      guard let values = try? fixture.numbers("generator.weight.\(name)"),
        let shape = try? fixture.shape("generator.weight.\(name)")
      else { return nil }
      return (shape, values)
    }
    let device = try Device(precision: .float32)
    let tape = Tape()
    let y = network(
      Tensor(
        try fixture.numbers("generator.x"), shape: shape(try fixture.shape("generator.x")),
        on: device, recordingOn: tape))
    #expect(relativeError(y.values, try fixture.numbers("generator.y")) < 1e-5)
    let gradients = tape.gradients(of: [
      LossTerm(y, gradient: try fixture.numbers("generator.seed"))
    ])
    try device.throwFailure()
    for parameter in network.parameters {
      let found = try #require(gradients[parameter], "\(parameter.name)")
      let expected = try fixture.numbers("generator.gradient.\(parameter.name)")
      #expect(relativeError(found, expected) < 1e-4, "\(parameter.name)")
    }
  }

  @Test func discriminatorEqualsPyTorch() throws {
    let fixture = try Fixture("networks")
    let network = Discriminator(features: [6, 10])
    for parameter in network.parameters {
      parameter.values = try fixture.numbers("discriminator.weight.\(parameter.name)")
    }
    for norm in network.norms {
      let name = norm.weight.name.replacing(".weight_original", with: "")
      norm.start(with: try fixture.numbers("discriminator.start.\(name)"), steps: 1)
    }
    let device = try Device(precision: .float32)
    let tape = Tape()
    let x = Variable(
      try fixture.numbers("discriminator.x"), shape: shape(try fixture.shape("discriminator.x")),
      on: device, recordingOn: tape)
    let y = network(x.tensor)
    #expect(relativeError(y.values, try fixture.numbers("discriminator.y")) < 1e-5)
    let gradients = network.gradients(
      from: tape.gradients(of: [
        LossTerm(y, gradient: try fixture.numbers("discriminator.seed"))
      ]), on: device)
    #expect(
      relativeError(
        try #require(x.gradient), try fixture.numbers("discriminator.x_gradient")) < 1e-4)
    for parameter in network.parameters {
      let found = try #require(gradients[parameter], "\(parameter.name)")
      let expected = try fixture.numbers("discriminator.gradient.\(parameter.name)")
      #expect(relativeError(found, expected) < 1e-4, "\(parameter.name)")
    }
  }

  /// Gradients go through a frozen network, and it has none of its own.
  @Test func frozenDiscriminatorsPassGradientsOn() throws {
    let network = Discriminator(features: [4, 6])
    network.initialise(seed: 3)
    let device = try Device(precision: .float32)
    let size = shape([1, 1, 6, 6, 6])
    var generator = SplitMix64(seed: 5)
    let numbers = (0..<216).map { _ in generator.uniform(-1...1) }
    func gradients(frozen: Bool) throws -> (x: [Float], parameters: Gradients) {
      network.isFrozen = frozen
      let tape = Tape()
      let x = Variable(numbers, shape: size, on: device, recordingOn: tape)
      let y = network(x.tensor)
      let found = tape.gradients(of: [
        LossTerm(y, gradient: Array(repeating: 1, count: y.shape.count))
      ])
      return (try #require(x.gradient), found)
    }
    let (free, frozen) = (try gradients(frozen: false), try gradients(frozen: true))
    #expect(free.x == frozen.x)
    #expect(free.x.contains { $0 != 0 })
    for norm in network.norms.dropLast() {
      #expect(free.parameters[norm.normalised] != nil)
      #expect(frozen.parameters[norm.normalised] == nil)
    }
  }

  /// Training begins at interpolation, without checkerboards.
  @Test func generatorStartsAtZeroEverywhere() throws {
    let network = Generator(UpscalingArchitecture(factors: [2, 2, 2], features: 8, blocks: 2))
    network.initialise(seed: 1)
    let device = try Device(precision: .float32)
    var generator = SplitMix64(seed: 5)
    let x = Tensor(
      (0..<125).map { _ in generator.uniform(0...1) }, shape: shape([1, 1, 5, 5, 5]), on: device)
    #expect(network(x).values == Array(repeating: 0, count: 1000))
    let head = try #require(network.parameters.first { $0.name == "head.weight" })
    head.values = Array(repeating: 1, count: head.count)
    #expect(network(x).values.contains { $0 != 0 })
    let kernel = try #require(network.parameters.first { $0.name == "upsampling.weight" }).values
    for block in stride(from: 0, to: kernel.count, by: 8) {
      #expect(kernel[block..<block + 8].allSatisfy { $0 == kernel[block] })
    }
  }
}
