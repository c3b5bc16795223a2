import RandomNumbers
import Tensors
import TestSupport
import Testing

@Suite struct NormalisationTests {
  static let shapes = [
    shape(2, 1, 3, 4, 5), shape(2, 8, 2, 3, 4), shape(1, 16, 3, 3, 3), shape(3, 33, 1, 4, 5),
    shape(1, 20, 9, 10, 11), shape(2, 32, 13, 8, 9), shape(1, 48, 3, 7, 5), shape(1, 4, 1, 1, 3),
  ]

  @Test(arguments: shapes, [Float(0.01), 1]) func instanceNormEqualsItsDefinition(
    shape: TensorShape, slope: Float
  ) throws {
    try CheckedOperation(
      inputs: [shape], parameters: [[shape.channels], [shape.channels]], tolerance: 2e-5
    ).check { x, w in
      x[0].instanceNormalised(scale: w[0], shift: w[1], epsilon: 1e-5, slope: slope)
    } _: { x, w in
      x[0].instanceNormalised(scale: w[0], shift: w[1], epsilon: 1e-5, slope: Double(slope))
    }
  }

  /// Numbers 1000 ± 0.1, whose float32 spacing is 6e-5: what is left of the digits is kept.
  @Test func aMeanFarFromZeroCostsNoDigits() throws {
    try CheckedOperation(
      inputs: [shape(2, 20, 6, 7, 8)], parameters: [[20], [20]], transform: { 1000 + 0.1 * $0 },
      tolerance: 2e-5
    ).check { x, w in
      x[0].instanceNormalised(scale: w[0], shift: w[1], epsilon: 1e-5, slope: 0.01)
    } _: { x, w in
      x[0].instanceNormalised(scale: w[0], shift: w[1], epsilon: 1e-5, slope: Double(Float(0.01)))
    }
  }

  @Test func oneVoxelBecomesTheShiftAndPassesNoGradient() throws {
    let device = try Device(precision: .float32)
    let tape = Tape()
    let (scale, shift) = (
      Parameter(name: "scale", shape: [3]), Parameter(name: "shift", shape: [3])
    )
    scale.values = [2, 3, 4]
    shift.values = [1, -2, 0.5]
    let x = Variable([5, -6, 7], shape: shape(1, 3, 1, 1, 1), on: device, recordingOn: tape)
    let y = x.tensor.instanceNormalised(scale: scale, shift: shift, epsilon: 1e-5, slope: 0.5)
    #expect(y.values == [1, -1, 0.5])
    let gradients = y.gradients(from: [1, 1, 1])
    #expect(x.gradient == [0, 0, 0])
    #expect(gradients[scale] == [0, 0, 0])
    #expect(gradients[shift] == [1, 0.5, 1])
  }

  @Test(arguments: [1, 8, 20, 32, 48]) func bfloat16IsWithinItsRounding(channels: Int) throws {
    let device = try Device(precision: .bfloat16)
    let size = shape(2, channels, 11, 12, 13)
    var generator = SplitMix64(seed: 3)
    let x = (0..<size.count).map { _ in BFloat16(generator.uniform(-1...3)).float }
    let seed = (0..<size.count).map { _ in BFloat16(generator.uniform(-1...1)).float }
    let scale = Parameter(name: "scale", shape: [channels])
    let shift = Parameter(name: "shift", shape: [channels])
    scale.values = (0..<channels).map { 1 + Float($0) / 64 }
    shift.values = (0..<channels).map { Float($0 % 5) / 8 - 0.25 }
    func run(_ device: Device) throws -> (y: [Float], x: [Float], scale: [Float]) {
      let tape = Tape()
      let variable = Variable(x, shape: size, on: device, recordingOn: tape)
      let y = variable.tensor
        .instanceNormalised(scale: scale, shift: shift, epsilon: 1e-5, slope: 0.01)
      let gradients = y.gradients(from: seed)
      return (y.values, try #require(variable.gradient), try #require(gradients[scale]))
    }
    let rounded = try run(device)
    let exact = try run(try Device(precision: .float32))
    // Both start from the same numbers; bfloat16 rounds what is stored, half a unit of 2^-7 at
    // most.
    for (found, expected) in [(rounded.y, exact.y), (rounded.x, exact.x)] {
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= abs(b) * 0x1p-8 + 1e-5) }
    }
    for (a, b) in zip(rounded.scale, exact.scale) { #expect(abs(a - b) <= abs(b) * 1e-4 + 1e-3) }
  }
}
