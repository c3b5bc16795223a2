import Networks
import RandomNumbers
import SuperResolution
import Tensors
import Testing
import Volumes

@Suite struct LossTests {
  @Test(arguments: AdversarialLoss.allCases)
  func adversarialLossesEqualPyTorch(loss: AdversarialLoss) throws {
    let fixture = try Fixture("networks")
    let acquired = try fixture.numbers("judgement.acquired")
    let made = try fixture.numbers("judgement.made")
    for (name, found) in [
      ("discriminator", loss.ofDiscriminator(acquired: acquired, made: made)),
      ("generator", loss.ofGenerator(acquired: acquired, made: made)),
    ] {
      let key = "\(loss.rawValue).\(name)"
      #expect(abs(Float(found.value) - (try fixture.numbers("\(key).value")[0])) < 1e-6, "\(key)")
      #expect(relativeError(found.made, try fixture.numbers("\(key).made")) < 1e-5, "\(key)")
      let expected = (try? fixture.numbers("\(key).acquired")) ?? Array(repeating: 0, count: 40)
      #expect(
        relativeError(found.acquired, expected) < 1e-5 || found.acquired == expected, "\(key)")
    }
  }

  @Test func differencesEqualPyTorch() throws {
    let fixture = try Fixture("networks")
    let found = PixelLoss.differences(
      try fixture.numbers("differences.image"), try fixture.numbers("differences.truth"),
      shape: Shape3(4, 3, 5))
    #expect(abs(Float(found.value) - (try fixture.numbers("differences.value")[0])) < 1e-6)
    #expect(relativeError(found.gradient, try fixture.numbers("differences.gradient")) < 1e-5)
  }

  /// Away from the truth, against central differences; plain and residual encoders.
  @Test(arguments: [UNetArchitecture.Encoder.plain, .residual])
  func perceptualGradientsEqualDifferences(encoder: UNetArchitecture.Encoder) throws {
    let network = UNet(
      UNetArchitecture(
        encoder: encoder, channels: (input: 1, classes: 2), features: [4, 6],
        grid: (kernels: [[3, 3, 3], [3, 3, 3]], strides: [[1, 1, 1], [2, 2, 2]]),
        blocks: (encoder: [1, 1], decoder: [1])))
    network.initialise(seed: 3)
    let loss = try PerceptualLoss(network, path: "model")
    let device = try Device(precision: .float32)
    let shape = TensorShape(batch: 1, channels: 1, size: Size3([6, 8, 10]))
    var random = SplitMix64(seed: 8)
    func numbers() -> [Float] { (0..<480).map { _ in random.uniform(-1...1) } }
    let (image, truth, noise) = (numbers(), numbers(), numbers())
    let direction = zip(zip(image, truth), noise).map { $0.0 - $0.1 + 0.3 * $1 }
    func value(_ step: Float) -> Double {
      loss(
        made: Tensor(zip(image, direction).map { $0 + step * $1 }, shape: shape, on: device),
        acquired: Tensor(truth, shape: shape, on: device), weight: 2
      ).value
    }
    let tape = Tape()
    let x = Variable(image, shape: shape, on: device, recordingOn: tape)
    _ = tape.gradients(
      of: loss(made: x.tensor, acquired: Tensor(truth, shape: shape, on: device), weight: 2).terms)
    let slope = zip(try #require(x.gradient), direction).reduce(0.0) {
      $0 + Double($1.0) * Double($1.1)
    }
    let expected = (value(1e-3) - value(-1e-3)) / 2e-3
    #expect(abs(slope - expected) < 0.01 * abs(expected), "\(slope), \(expected)")
    #expect(abs(expected) > 0.05)
  }

  @Test func absoluteDifferencesByHand() {
    let found = PixelLoss.absolute([1, 2, 3, 4], [1, 4, 1, 3])
    #expect(found.value == 1.25)
    #expect(found.gradient == [0, -0.25, 0.25, 0.25])
  }
}
