import Tensors
import Testing

struct ConvolutionCase: Sendable, CustomStringConvertible {
  let input: TensorShape
  let channels: Int
  let kernel: Size3
  let stride: Size3
  var hasBias = true

  var description: String {
    "\(input) to \(channels) channels, kernel \(kernel.lengths), stride \(stride.lengths)"
  }
}

@Suite struct ConvolutionTests {
  static let cases = [
    ConvolutionCase(input: shape(2, 1, 3, 4, 5), channels: 8, kernel: Size3(3, 3, 3), stride: .one),
    ConvolutionCase(
      input: shape(2, 8, 3, 4, 5), channels: 20, kernel: Size3(1, 3, 3), stride: Size3(1, 2, 2)),
    ConvolutionCase(
      input: shape(1, 33, 4, 5, 4), channels: 8, kernel: Size3(3, 3, 3), stride: Size3(2, 2, 2)),
    ConvolutionCase(
      input: shape(1, 20, 2, 3, 4), channels: 33, kernel: .one, stride: .one, hasBias: false),
    ConvolutionCase(
      input: shape(2, 3, 1, 6, 7), channels: 5, kernel: Size3(1, 3, 3), stride: Size3(1, 1, 1)),
    ConvolutionCase(
      input: shape(2, 4, 1, 7, 6), channels: 16, kernel: Size3(1, 5, 5), stride: Size3(1, 2, 2)),
    ConvolutionCase(
      input: shape(1, 2, 5, 5, 9), channels: 3, kernel: Size3(3, 1, 5), stride: Size3(1, 2, 3)),
    ConvolutionCase(
      input: shape(1, 1, 4, 4, 4), channels: 1, kernel: Size3(3, 3, 3), stride: Size3(2, 1, 2),
      hasBias: false),
  ]

  @Test(arguments: cases) func convolutionEqualsItsDefinition(_ c: ConvolutionCase) throws {
    let weight = [c.channels, c.input.channels] + c.kernel.lengths
    try CheckedOperation(
      inputs: [c.input], parameters: c.hasBias ? [weight, [c.channels]] : [weight]
    ).check { x, w in
      x[0].convolved(with: w[0], bias: c.hasBias ? w[1] : nil, stride: c.stride)
    } _: { x, w in
      x[0].convolved(
        w[0], c.hasBias ? w[1] : nil, out: c.channels, kernel: c.kernel, stride: c.stride)
    }
  }

  static let upsamplings = [
    ConvolutionCase(
      input: shape(2, 8, 2, 3, 4), channels: 20, kernel: Size3(2, 2, 2), stride: Size3(2, 2, 2)),
    ConvolutionCase(
      input: shape(1, 33, 2, 3, 2), channels: 1, kernel: Size3(1, 2, 2), stride: Size3(1, 2, 2)),
    ConvolutionCase(
      input: shape(2, 1, 1, 3, 4), channels: 16, kernel: Size3(1, 2, 3), stride: Size3(1, 2, 3),
      hasBias: false),
    ConvolutionCase(
      input: shape(1, 4, 2, 3, 3), channels: 6, kernel: Size3(3, 3, 3), stride: Size3(2, 2, 2)),
    ConvolutionCase(
      input: shape(1, 5, 3, 2, 3), channels: 33, kernel: Size3(2, 3, 3), stride: Size3(1, 2, 3)),
  ]

  @Test(arguments: upsamplings) func upsamplingEqualsItsDefinition(_ c: ConvolutionCase) throws {
    let weight = [c.input.channels, c.channels] + c.kernel.lengths
    try CheckedOperation(
      inputs: [c.input], parameters: c.hasBias ? [weight, [c.channels]] : [weight]
    ).check { x, w in
      x[0].upsampled(with: w[0], bias: c.hasBias ? w[1] : nil, stride: c.stride)
    } _: { x, w in
      x[0].upsampled(
        w[0], c.hasBias ? w[1] : nil, out: c.channels, kernel: c.kernel, stride: c.stride)
    }
  }

  @Test(arguments: upsamplings, [1, 3, 16, 33]) func upsamplingFollowedByAnotherTensor(
    _ c: ConvolutionCase, channels: Int
  ) throws {
    let weight = [c.input.channels, c.channels] + c.kernel.lengths
    let zeros = Array(repeating: 0.0, count: weight.reduce(1, *))
    var other = SlowTensor(c.input).upsampled(
      zeros, nil, out: c.channels, kernel: c.kernel, stride: c.stride
    ).shape
    other.channels = channels
    try CheckedOperation(
      inputs: [c.input, other], parameters: c.hasBias ? [weight, [c.channels]] : [weight]
    ).check { x, w in
      x[0].upsampled(
        with: w[0], bias: c.hasBias ? w[1] : nil, stride: c.stride, followedBy: x[1])
    } _: { x, w in
      x[0].upsampled(
        w[0], c.hasBias ? w[1] : nil, out: c.channels, kernel: c.kernel, stride: c.stride
      ).concatenated(with: x[1])
    }
  }

  @Test func flatKernelsOfTwoAxesAreThoseOfDepthOne() throws {
    try CheckedOperation(inputs: [shape(2, 3, 1, 5, 6)], parameters: [[4, 3, 3, 3], [4]]).check {
      x, w in
      x[0].convolved(with: w[0], bias: w[1], stride: Size3([2, 1]))
    } _: { x, w in
      x[0].convolved(w[0], w[1], out: 4, kernel: Size3(1, 3, 3), stride: Size3(1, 2, 1))
    }
  }

  @Test func changedWeightsAreUsed() throws {
    let device = try Device(precision: .float32)
    let weight = Parameter(name: "weight", shape: [1, 1, 1, 1, 1])
    let x = Tensor([1, 2, 3], shape: shape(1, 1, 1, 1, 3), on: device)
    for factor: Float in [2, 5] {
      weight.values = [factor]
      #expect(
        x.convolved(with: weight, bias: nil, stride: .one).values == [
          factor, 2 * factor, 3 * factor,
        ])
    }
  }

  @Test(arguments: [1, 8, 33]) func bfloat16RoundsTheResultOnly(channels: Int) throws {
    // Small whole numbers and their sums are exact in bfloat16 and float32, so that only a wrong
    // number can differ. More voxels than are kept in float32.
    let device = try Device(precision: .bfloat16)
    let input = shape(1, channels, 12, 14, 16)
    let x = (0..<input.count).map { Float($0 % 3 - 1) }
    let weight = Parameter(name: "weight", shape: [4, channels, 3, 3, 3])
    weight.values = (0..<weight.count).map { $0 % 97 == 0 ? Float($0 % 2 + 1) : 0 }
    let y = Tensor(x, shape: input, on: device)
      .convolved(with: weight, bias: nil, stride: .one)
    try device.throwFailure()
    #expect(y.precision == .bfloat16)
    let expected = SlowTensor(input, x.map(Double.init)).convolved(
      weight.values.map(Double.init), nil, out: 4, kernel: Size3(3, 3, 3), stride: .one)
    #expect(y.values.map(Double.init) == expected.values)
  }
}
