import COneDNN
import Parallelism

/// Which of the three computations of a layer.
enum ConvolutionPass: Int32, Hashable {
  case forward = 0
  case inputGradient = 1
  case weightGradient = 2
}

/// Everything that distinguishes one of oneDNN's convolution kernels from another.
struct ConvolutionKey: Hashable {
  var pass: ConvolutionPass
  var input: TensorShape
  var output: TensorShape
  var kernel: Size3
  var stride: Size3
  var padding: Size3
  var precision: Precision
  var isTransposed = false
  var hasBias = false
  /// A kernel and its working memory are made for a number of threads.
  var threads = ThreadBudget.applyToCallingThread()

  /// Multiplications and additions of one run, counted as two.
  var operations: Double {
    let voxels = Double((isTransposed ? input : output).size.count * input.batch)
    return 2 * voxels * Double(input.channels * output.channels * kernel.count)
  }
}

/// One of oneDNN's convolution kernels, made once per shape.
final class ConvolutionPrimitive {
  private let handle: OpaquePointer
  let weightsBytes: Int
  let scratchpadBytes: Int
  let implementation: String

  init(_ key: ConvolutionKey, engine: OpaquePointer) throws(TensorError) {
    var description = Self.description(of: key)
    var handle: OpaquePointer?
    let status = delineate_convolution_create(engine, &description, &handle)
    guard status == 0, let handle else {
      throw .operationFailed(
        operation:
          "a convolution of \(key.input) to \(key.output) with kernel \(key.kernel.lengths)",
        status: Int(status))
    }
    self.handle = handle
    weightsBytes = delineate_convolution_weights_size(handle)
    scratchpadBytes = delineate_convolution_scratchpad_size(handle)
    implementation = String(cString: delineate_convolution_implementation(handle))
  }

  deinit { delineate_convolution_destroy(handle) }

  func execute(
    source: UnsafeMutableRawPointer, weights: UnsafeMutableRawPointer,
    bias: UnsafeMutableRawPointer?, destination: UnsafeMutableRawPointer,
    scratchpad: UnsafeMutableRawPointer
  ) -> Int32 {
    delineate_convolution_execute(handle, source, weights, bias, destination, scratchpad)
  }

  func pack(_ plain: UnsafePointer<Float>, into packed: UnsafeMutableRawPointer) -> Int32 {
    delineate_convolution_pack_weights(handle, plain, packed)
  }

  func unpack(_ packed: UnsafeMutableRawPointer, into plain: UnsafeMutablePointer<Float>) -> Int32 {
    delineate_convolution_unpack_weights(handle, packed, plain)
  }

  private static func description(of key: ConvolutionKey) -> delineate_convolution_description {
    var d = delineate_convolution_description()
    d.pass = key.pass.rawValue
    d.transposed = key.isTransposed ? 1 : 0
    // A flat input with flat kernels takes oneDNN's two-dimensional kernels.
    let flat = key.input.size.depth == 1 && key.kernel.depth == 1 && key.stride.depth == 1
    d.spatial = flat ? 2 : 3
    d.batch = Int64(key.input.batch)
    d.in_channels = Int64(key.input.channels)
    d.out_channels = Int64(key.output.channels)
    d.in = triple(key.input.size)
    d.out = triple(key.output.size)
    d.kernel = triple(key.kernel)
    d.stride = triple(key.stride)
    d.pad_low = triple(key.padding)
    // The last window may end before the padded border; oneDNN wants the sizes to add up.
    let high = (0..<3).map { axis -> Int in
      let (n, m) = (key.input.size.lengths[axis], key.output.size.lengths[axis])
      let (k, s) = (key.kernel.lengths[axis], key.stride.lengths[axis])
      return (key.isTransposed ? (n - 1) * s + k - m : (m - 1) * s + k - n)
        - key.padding.lengths[axis]
    }
    d.pad_high = triple(Size3(high))
    let precision = key.precision == .bfloat16 ? DELINEATE_BFLOAT16 : DELINEATE_FLOAT32
    d.source_precision = Int32(precision.rawValue)
    d.destination_precision = Int32(precision.rawValue)
    d.with_bias = key.hasBias ? 1 : 0
    return d
  }

  private static func triple(_ size: Size3) -> (Int64, Int64, Int64) {
    (Int64(size.depth), Int64(size.height), Int64(size.width))
  }
}
