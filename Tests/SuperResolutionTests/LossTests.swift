import SuperResolution
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

  @Test func absoluteDifferencesByHand() {
    let found = PixelLoss.absolute([1, 2, 3, 4], [1, 4, 1, 3])
    #expect(found.value == 1.25)
    #expect(found.gradient == [0, -0.25, 0.25, 0.25])
  }
}
