import RandomNumbers
import Tensors
import Testing

@Suite struct HeadTests {
  @Test(
    arguments: [1, 2, 3, 4, 5, 15, 16, 17, 31, 40],
    [shape(2, 32, 3, 4, 5), shape(1, 20, 2, 3, 3), shape(2, 1, 2, 2, 4), shape(1, 33, 5, 7, 9)])
  func logitsAndGradients(classes: Int, shape: TensorShape) throws {
    try CheckedOperation(
      inputs: [shape], parameters: [[classes, shape.channels, 1, 1, 1], [classes]]
    )
    .check { x, w in
      x[0].logits(weight: w[0], bias: w[1])
    } _: { x, w in
      x[0].convolved(w[0], w[1], out: classes, kernel: .one, stride: .one)
    }
  }

  @Test(arguments: [3, 6]) func manyVoxelsInBFloat16(classes: Int) throws {
    let size = shape(2, 32, 13, 14, 15)
    var generator = SplitMix64(seed: 1)
    let x = (0..<size.count).map { _ in BFloat16(generator.uniform(-1...1)).float }
    let seed = (0..<size.batch * classes * size.size.count).map { _ in generator.uniform(-1...1) }
    let weight = Parameter(name: "weight", shape: [classes, 32, 1, 1, 1])
    let bias = Parameter(name: "bias", shape: [classes])
    weight.values = (0..<weight.count).map { _ in generator.uniform(-1...1) }
    bias.values = (0..<classes).map { _ in generator.uniform(-1...1) }
    func run(_ precision: Precision) throws -> [[Float]] {
      let device = try Device(precision: precision)
      let variable = Variable(x, shape: size, on: device, recordingOn: Tape())
      let y = variable.tensor.logits(weight: weight, bias: bias)
      let gradients = y.gradients(from: seed)
      return [
        y.values, try #require(gradients[weight]), try #require(gradients[bias]),
        try #require(variable.gradient),
      ]
    }
    let (rounded, exact) = (try run(.bfloat16), try run(.float32))
    // The same numbers go in, and only the features' gradient is stored in bfloat16.
    #expect(Array(rounded[0...2]) == Array(exact[0...2]))
    for (a, b) in zip(rounded[3], exact[3]) { #expect(a == BFloat16(b).float) }
  }
}
