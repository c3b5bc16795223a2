import CMatrixTiles
import Parallelism

/// The gradient of a convolution's weights by products of small matrices, where the processor has them.
///
/// oneDNN 2.6 computes bfloat16 weight gradients two to four times slower than forward passes and input gradients of the same size on such
/// processors, and they were half of a training step. The sums of the parts are added in a fixed order, so that the result depends on the
/// number of threads and on nothing else.
final class WeightGradientKernel {
  private let plan: OpaquePointer
  private let outputChannels: Int
  let scratchpadBytes: Int

  /// - Returns: nil where the processor has no such instructions or the layer is not one that they compute: they take bfloat16, and
  ///   give no gradient of a bias.
  init?(_ key: ConvolutionKey) {
    guard key.precision == .bfloat16, !key.isTransposed, !key.hasBias,
      InstructionSet.current.hasMatrixTiles
    else { return nil }
    func triple(_ size: Size3) -> (Int64, Int64, Int64) {
      (Int64(size.depth), Int64(size.height), Int64(size.width))
    }
    var shape = delineate_weight_gradient_shape(
      batch: Int64(key.input.batch), in_channels: Int64(key.input.channels),
      out_channels: Int64(key.output.channels), in: triple(key.input.size),
      out: triple(key.output.size), kernel: triple(key.kernel), stride: triple(key.stride),
      pad: triple(key.padding))
    guard let plan = delineate_weight_gradient_create(&shape, Int32(key.threads)) else {
      return nil
    }
    self.plan = plan
    outputChannels = key.output.channels
    scratchpadBytes = delineate_weight_gradient_scratch_bytes(plan)
  }

  deinit { delineate_weight_gradient_destroy(plan) }

  /// Computes the gradient.
  ///
  /// - Parameters:
  ///   - source: The layer's input, bfloat16, channels last.
  ///   - destination: The gradient of its output, bfloat16, channels last.
  ///   - weights: Where the gradient goes, (C', C, kernel).
  ///   - scratchpad: ``scratchpadBytes`` of memory.
  func execute(
    source: UnsafeMutableRawPointer, destination: UnsafeMutableRawPointer,
    weights: UnsafeMutablePointer<Float>, scratchpad: UnsafeMutableRawPointer
  ) {
    let x = source.assumingMemoryBound(to: UInt16.self)
    let gradient = destination.assumingMemoryBound(to: UInt16.self)
    parallelFor(Int(delineate_weight_gradient_parts(plan))) { part in
      delineate_weight_gradient_accumulate(plan, Int32(part), x, gradient, scratchpad)
    }
    parallelForRanges(outputChannels, grain: 8) { channels in
      delineate_weight_gradient_finish(
        plan, Int64(channels.lowerBound), Int64(channels.upperBound), scratchpad, weights)
    }
  }
}
