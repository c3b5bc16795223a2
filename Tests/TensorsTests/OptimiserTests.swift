import JSONDocuments
import Tensors
import TestSupport
import Testing

/// Five steps of PyTorch's optimisers on given gradients; see Fixtures/README.md.
@Suite struct OptimiserTests {
  static let names = ["sgd", "sgd_clipped", "adam", "adamw"]

  @Test(arguments: names) func stepsEqualPyTorchs(name: String) throws {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let document = try JSONValue(
      parsing: try bytes(ofFile: "/\(folder)/Fixtures/optimisers.json"))
    let weights = try #require(document["weights"]?.doubles).map { Float($0) }
    let gradients = try #require(document["gradients"]?.array).map {
      try #require($0.doubles).map { Float($0) }
    }
    let expected = try #require(document[name]?.array).map { try #require($0.doubles) }

    var descent = GradientDescent(learningRate: 0.01, momentum: 0.99, weightDecay: 3e-5)
    var adam = Adam(learningRate: 1e-2, weightDecay: name == "adamw" ? 0.1 : 0)
    let used = Parameter(name: "used", shape: [weights.count, 1, 1, 1, 1])
    let unused = Parameter(name: "unused", shape: [2])
    used.values = weights
    unused.values = [3, 4]
    let device = try Device(precision: .float32)
    for (gradient, result) in zip(gradients, expected) {
      // The sum of a constant 1 through a 1 x 1 x 1 kernel has the seed as the kernel's gradient.
      let x = Tensor([1], shape: shape(1, 1, 1, 1, 1), on: device, recordingOn: Tape())
      let y = x.convolved(with: used, bias: nil, stride: .one)
      let found = y.gradients(from: gradient)
      #expect(found[used] == gradient)
      let norm = found.norm(of: [used, unused])
      let exact = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(norm - exact) <= 1e-6 * exact)
      switch name {
      case "sgd": descent.update([used, unused], with: found)
      case "sgd_clipped":
        descent.update([used, unused], with: found, scaledBy: min(1, 1 / (norm + 1e-6)))
      default: adam.update([used, unused], with: found)
      }
      #expect(largestDifference(used.values, result).value <= 1e-6)
    }
    #expect(unused.values == [3, 4])
    #expect(descent[direction: unused] == nil && adam[moments: unused] == nil)
    if name == "adam" { #expect(adam[moments: used]?.steps == 5) }
  }

  /// A copy of the state continues as the original does, as after stopping and resuming.
  @Test func stateMakesTheNextStep() throws {
    let device = try Device(precision: .float32)
    func step(_ update: (Parameter, Gradients) -> Void, _ parameter: Parameter, _ g: Float) {
      let x = Tensor([1], shape: shape(1, 1, 1, 1, 1), on: device, recordingOn: Tape())
      let y = x.convolved(with: parameter, bias: nil, stride: .one)
      update(parameter, y.gradients(from: [g]))
    }
    let (first, second) = (
      Parameter(name: "w", shape: [1, 1, 1, 1, 1]), Parameter(name: "w", shape: [1, 1, 1, 1, 1])
    )
    var (descent, adam) = (GradientDescent(), Adam())
    step({ descent.update([$0], with: $1) }, first, 2)
    step({ adam.update([$0], with: $1) }, first, 3)
    second.values = first.values
    var (otherDescent, otherAdam) = (GradientDescent(), Adam())
    otherDescent[direction: second] = descent[direction: first]
    otherAdam[moments: second] = adam[moments: first]
    step({ descent.update([$0], with: $1) }, first, -1)
    step({ adam.update([$0], with: $1) }, first, 0.5)
    step({ otherDescent.update([$0], with: $1) }, second, -1)
    step({ otherAdam.update([$0], with: $1) }, second, 0.5)
    #expect(first.values == second.values)
  }

  @Test func decayReachesParametersOfGradientZero() throws {
    let device = try Device(precision: .float32)
    let bias = Parameter(name: "bias", shape: [2])
    bias.values = [1, -2]
    var descent = GradientDescent(learningRate: 0.5, momentum: 0, weightDecay: 0.1)
    let x = Variable([1], shape: shape(1, 1, 1, 1, 1), on: device, recordingOn: Tape())
    descent.update([bias], with: x.tensor.unaffected(by: bias).gradients(from: [1]))
    #expect(largestDifference(bias.values, [0.95, -1.9]).value < 1e-6)
  }
}
