import Parallelism
import RandomNumbers
import Tensors
import TestSupport
import Testing

/// Gradients of weights in bfloat16, which are computed by products of small matrices where the processor has them.
///
/// Inputs and gradients are small whole numbers, which bfloat16 holds exactly and whose sums float32 holds exactly, so that only a wrong number
/// can differ from the definition: a voxel that meets the wrong tap, a border that is not zero, a channel left out.
@Suite(.serialized) struct WeightGradientTests {
  /// More voxels than are kept in float32, in shapes that end within tiles of 16 channels and 32 voxels, are cut into several chunks of planes
  /// or of rows, and have odd borders.
  static let cases = [
    ConvolutionCase(
      input: shape(2, 1, 9, 10, 13), channels: 8, kernel: Size3(3, 3, 3), stride: .one,
      hasBias: false),
    ConvolutionCase(
      input: shape(3, 24, 14, 11, 15), channels: 40, kernel: Size3(3, 3, 3),
      stride: Size3(2, 1, 1), hasBias: false),
    ConvolutionCase(
      input: shape(1, 16, 23, 22, 25), channels: 16, kernel: Size3(3, 3, 3),
      stride: Size3(2, 2, 2), hasBias: false),
    ConvolutionCase(
      input: shape(2, 33, 1, 33, 35), channels: 17, kernel: Size3(1, 3, 3), stride: .one,
      hasBias: false),
    ConvolutionCase(
      input: shape(2, 16, 8, 24, 26), channels: 48, kernel: Size3(1, 3, 3),
      stride: Size3(1, 2, 2), hasBias: false),
    ConvolutionCase(
      input: shape(1, 8, 10, 11, 12), channels: 8, kernel: Size3(5, 3, 1), stride: .one,
      hasBias: false),
    ConvolutionCase(
      input: shape(2, 40, 11, 10, 10), channels: 33, kernel: .one, stride: .one, hasBias: false),
    ConvolutionCase(
      input: shape(1, 3, 400, 3, 2), channels: 2, kernel: Size3(3, 3, 3), stride: .one,
      hasBias: false),
    ConvolutionCase(
      input: shape(1, 48, 3, 60, 100), channels: 32, kernel: Size3(1, 3, 3), stride: .one,
      hasBias: false),
    ConvolutionCase(
      input: shape(1, 4, 6, 200, 300), channels: 3, kernel: Size3(3, 3, 3), stride: .one,
      hasBias: false),
  ]

  @Test(arguments: cases, [1, 2, 5]) func weightGradientEqualsItsDefinition(
    _ c: ConvolutionCase, threads: Int
  ) throws {
    defer { ThreadBudget.set(threads: ThreadBudget.availableProcessors) }
    ThreadBudget.set(threads: threads)
    let device = try Device(precision: .bfloat16)
    var generator = SplitMix64(seed: 7)
    let x = wholeNumbers(c.input.count, from: &generator)
    let weight = Parameter(
      name: "weight", shape: [c.channels, c.input.channels] + c.kernel.lengths)
    let y = Tensor(x, shape: c.input, on: device, recordingOn: Tape())
      .convolved(with: weight, bias: nil, stride: c.stride)
    #expect(y.precision == .bfloat16)
    // The loss is the sum of the result times these numbers, which are its gradient.
    let slopes = wholeNumbers(y.shape.count, from: &generator)
    let gradients = y.gradients(from: slopes)
    try device.throwFailure()
    let found = try #require(gradients[weight])
    let expected = slowWeightGradient(c, x: x, slopes: slopes, output: y.shape)
    #expect(largestDifference(found, expected).value == 0)
  }

  private func wholeNumbers(_ count: Int, from generator: inout SplitMix64) -> [Float] {
    (0..<count).map { _ in Float(Int(generator.next() % 5) - 2) }
  }

  /// The sum over voxels of input times gradient, for every tap.
  private func slowWeightGradient(
    _ c: ConvolutionCase, x: [Float], slopes: [Float], output: TensorShape
  ) -> [Float] {
    let taps = c.kernel.count
    let kernel = c.kernel.lengths
    var result: [Float] = []
    for out in 0..<c.channels {
      for channel in 0..<c.input.channels {
        for tap in 0..<taps {
          let place = [tap / (kernel[1] * kernel[2]), tap / kernel[2] % kernel[1], tap % kernel[2]]
          let pairs = (0..<3).map { voxelPairs(c, axis: $0, tap: place[$0], output: output) }
          var sum: Float = 0
          for n in 0..<c.input.batch {
            let image = (n * c.input.channels + channel) * c.input.size.count
            let gradient = (n * c.channels + out) * output.size.count
            for z in pairs[0] {
              for y in pairs[1] {
                let from = image + (z.input * c.input.size.height + y.input) * c.input.size.width
                let to = gradient + (z.output * output.size.height + y.output) * output.size.width
                for w in pairs[2] { sum += x[from + w.input] * slopes[to + w.output] }
              }
            }
          }
          result.append(sum)
        }
      }
    }
    return result
  }

  /// Along one axis, the voxels of the output whose window has the tap inside the input, and the voxel it meets there.
  private func voxelPairs(
    _ c: ConvolutionCase, axis: Int, tap: Int, output: TensorShape
  ) -> [(input: Int, output: Int)] {
    let shift = tap - (c.kernel.lengths[axis] - 1) / 2
    let length = c.input.size.lengths[axis]
    return (0..<output.size.lengths[axis]).compactMap { voxel in
      let met = voxel * c.stride.lengths[axis] + shift
      return met >= 0 && met < length ? (met, voxel) : nil
    }
  }
}
