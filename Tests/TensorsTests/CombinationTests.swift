import Tensors
import Testing

@Suite struct CombinationTests {
  static let shapes = [shape(2, 3, 2, 3, 5), shape(1, 16, 3, 3, 3), shape(1, 33, 7, 8, 9)]

  @Test(arguments: shapes) func sumsAddUp(shape: TensorShape) throws {
    try CheckedOperation(inputs: [shape, shape]).check { x, _ in
      x[0] + x[1]
    } _: { x, _ in
      SlowTensor(shape, zip(x[0].values, x[1].values).map(+))
    }
  }

  @Test(arguments: shapes) func leakyReLUByItself(shape: TensorShape) throws {
    try CheckedOperation(inputs: [shape]).check { x, _ in
      x[0].leakyReLU(slope: 0.25)
    } _: { x, _ in
      SlowTensor(shape, x[0].values.map { $0 < 0 ? 0.25 * $0 : $0 })
    }
  }

  @Test(arguments: shapes) func sumsWithAFactor(shape: TensorShape) throws {
    try CheckedOperation(inputs: [shape, shape]).check { x, _ in
      x[0].adding(x[1], scaledBy: 0.125)
    } _: { x, _ in
      SlowTensor(shape, zip(x[0].values, x[1].values).map { $0 + 0.125 * $1 })
    }
  }

  @Test(arguments: shapes) func leakyReLUOfASum(shape: TensorShape) throws {
    try CheckedOperation(inputs: [shape, shape]).check { x, _ in
      x[0].leakyReLU(adding: x[1], slope: 0.01)
    } _: { x, _ in
      SlowTensor(
        shape,
        zip(x[0].values, x[1].values).map {
          let t = $0 + $1
          return t < 0 ? t * Double(Float(0.01)) : t
        })
    }
  }

  @Test func aTensorUsedTwiceGetsBothGradients() throws {
    let shape = shape(1, 4, 2, 3, 4)
    try CheckedOperation(inputs: [shape], parameters: [[4, 4, 3, 3, 3]]).check { x, w in
      let y = x[0] + x[0]
      return y.convolved(with: w[0], bias: nil, stride: .one)
        .leakyReLU(adding: y, slope: 0.25)
        .concatenated(with: y.convolved(with: w[0], bias: nil, stride: .one))
    } _: { x, w in
      let y = SlowTensor(shape, x[0].values.map { 2 * $0 })
      let z = y.convolved(w[0], nil, out: 4, kernel: Size3(3, 3, 3), stride: .one)
      let sum = SlowTensor(
        shape,
        zip(z.values, y.values).map {
          let t = $0 + $1
          return t < 0 ? 0.25 * t : t
        })
      return sum.concatenated(with: z)
    }
  }

  @Test(arguments: [(1, 1), (3, 5), (16, 16), (32, 33), (40, 8)])
  func concatenationKeepsTheOrder(channels: (Int, Int)) throws {
    let (a, b) = (shape(2, channels.0, 2, 3, 4), shape(2, channels.1, 2, 3, 4))
    try CheckedOperation(inputs: [a, b]).check { x, _ in
      x[0].concatenated(with: x[1])
    } _: { x, _ in
      x[0].concatenated(with: x[1])
    }
  }

  @Test(arguments: [
    (shape(2, 3, 4, 6, 5), Size3(2, 2, 2)), (shape(1, 20, 3, 7, 5), Size3(1, 2, 2)),
    (shape(1, 33, 5, 7, 8), Size3(2, 3, 3)), (shape(1, 16, 1, 4, 4), Size3(1, 1, 4)),
    (shape(2, 32, 2, 4, 2), Size3(2, 2, 1)),
  ]) func averagesOverBlocks(shape: TensorShape, block: Size3) throws {
    try CheckedOperation(inputs: [shape]).check { x, _ in
      x[0].averagePooled(block)
    } _: { x, _ in
      x[0].averagePooled(block)
    }
  }

  @Test func parametersWithoutInfluenceHaveAGradientOfZero() throws {
    let device = try Device(precision: .float32)
    let tape = Tape()
    let bias = Parameter(name: "bias", shape: [3])
    let x = Variable([1, 2], shape: shape(1, 1, 1, 1, 2), on: device, recordingOn: tape)
    let y = x.tensor.unaffected(by: bias)
    #expect(y.values == [1, 2])
    let gradients = y.gradients(from: [5, 6])
    #expect(gradients[bias] == [0, 0, 0])
    #expect(x.gradient == [5, 6])
    #expect(gradients[Parameter(name: "other", shape: [1])] == nil)
    #expect(gradients.norm(of: [bias]) == 0)
  }

  /// The pooled tensor comes from many voxels in bfloat16, what it meets from few in float32.
  @Test func tensorsOfTwoPrecisionsMeet() throws {
    let device = try Device(precision: .bfloat16)
    let tape = Tape()
    let large = shape(1, 4, 16, 16, 16)
    let weight = Parameter(name: "weight", shape: [4, 4, 1, 1, 1])
    weight.values = (0..<16).map { $0 % 5 == 0 ? 1 : 0 }
    let numbers = (0..<large.count).map { Float($0 / 64 % 8) }
    let x = Variable(numbers, shape: large, on: device, recordingOn: tape)
    let pooled = x.tensor.averagePooled(Size3(2, 2, 2))
    let strided = x.tensor.convolved(with: weight, bias: nil, stride: Size3(2, 2, 2))
    #expect(pooled.precision == .float32 && strided.precision == .float32)
    let small = Tensor(pooled.values, shape: pooled.shape, on: device)
    #expect(small.precision == .bfloat16)
    for y in [strided + pooled, strided + small, strided.leakyReLU(adding: small, slope: 0.5)] {
      let expected = zip(strided.values, pooled.values).map { $0 + BFloat16($1).float }
      #expect(zip(y.values, expected).allSatisfy { abs($0 - $1) <= 0.05 })
    }
    let both = strided.concatenated(with: small)
    #expect(Array(both.values.dropFirst(strided.shape.count)) == small.values)
    _ = both.gradients(from: Array(repeating: 1, count: both.shape.count))
    // Every eighth voxel goes through the strided kernel of ones; the pooled one was not recorded.
    #expect(try #require(x.gradient).reduce(0, +) == Float(strided.shape.count))
    try device.throwFailure()
  }
}
