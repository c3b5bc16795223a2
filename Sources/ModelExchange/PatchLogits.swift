public import Datasets
public import Inference
import Networks
import Parallelism
import Planning
public import Tensors
import VolumeFiles

/// What a model's network gives for patches, before windows, mirroring and resampling: for comparisons with other programs.
public struct PatchLogits {
  /// The name of the array of patches, as in the ONNX file: floats (N, C, spatial axes as the patch has them), preprocessed.
  public static let inputName = "image"
  /// The name of the array of logits: float32 (N, K, the same axes).
  public static let outputName = "logits"

  private let weights: TrainedWeights

  /// The network of one fold.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - fold: The fold; nil takes the first that has the checkpoint.
  ///   - checkpoint: Which weights.
  /// - Throws: ``ModelExchangeError/model(_:)`` if they are missing or damaged.
  public init(
    of model: ModelFolder, fold: Fold? = nil, checkpoint: ModelFolder.Checkpoint = .final
  ) throws(ModelExchangeError) {
    weights = try model.weights(ofFirst: fold, checkpoint)
  }

  /// Computes the logits of the patches in a file.
  ///
  /// - Parameters:
  ///   - input: A `.npz` archive of numpy with the array ``inputName``; every spatial axis is a multiple of the product of the network's
  ///     strides.
  ///   - output: A `.npz` archive for the array ``outputName``; its folder must exist.
  ///   - precision: The number format of activations; nil takes bfloat16 where the processor has instructions for it.
  /// - Returns: The shape of the logits.
  /// - Throws: ``ModelExchangeError``; an earlier output is then untouched.
  @discardableResult
  public func write(
    of input: String, to output: String, precision: Precision? = nil
  ) throws(ModelExchangeError) -> [Int] {
    let (patches, shape) = try read(input, precision ?? .float32)
    let device: Device
    do throws(TensorError) { device = try Device(precision: precision) } catch {
      throw .model(.tensors(error))
    }
    let tensor = Tensor(
      patches,
      shape: TensorShape(batch: shape[0], channels: shape[1], size: Size3(Array(shape[2...]))),
      on: device)
    let logits = weights.network.logits(tensor).values
    do throws(TensorError) { try device.throwFailure() } catch { throw .model(.tensors(error)) }
    let result = [shape[0], weights.network.architecture.classes] + shape[2...]
    do throws(VolumeFileError) {
      let writer = try NumPyArrayWriter(output, array: Self.outputName, shape: result)
      try logits.withUnsafeBufferPointer { (buffer) throws(VolumeFileError) in
        try writer.write(buffer)
      }
      try writer.commit()
    } catch {
      throw .array(error)
    }
    return result
  }

  /// The patches of a file, if the network takes them and there is memory for what it makes of them.
  private func read(
    _ path: String, _ precision: Precision
  ) throws(ModelExchangeError) -> (numbers: [Float], shape: [Int]) {
    let array: NumPyArrayReader
    do throws(VolumeFileError) { array = try NumPyArrayReader(path, array: Self.inputName) } catch {
      throw .array(error)
    }
    if let problem = problem(withShape: array.shape, precision) {
      throw .patches(path: path, problem: problem)
    }
    var numbers = [Float](repeating: 0, count: array.shape.reduce(1, *))
    do throws(VolumeFileError) {
      try numbers.withUnsafeMutableBufferPointer { (buffer) throws(VolumeFileError) in
        try array.read(into: buffer)
      }
    } catch {
      throw .array(error)
    }
    return (numbers, array.shape)
  }

  private func problem(withShape shape: [Int], _ precision: Precision) -> String? {
    let architecture = weights.network.architecture
    let divisor = architecture.divisor
    guard shape.count == divisor.count + 2, shape[1] == architecture.inputChannels,
      zip(shape[2...], divisor).allSatisfy({ $0 % $1 == 0 })
    else {
      return
        "patches of the shape \(shape), expected (N, \(architecture.inputChannels), multiples of "
        + "\(divisor.map(String.init).joined(separator: ", ")))"
    }
    let elements = weights.configuration.architecture.featureMapElements(
      patch: Array(shape[2...]), classes: architecture.classes)
    let (needed, overflow) = elements.multipliedReportingOverflow(by: shape[0] * precision.bytes)
    guard let available = SystemMemory.available, overflow || needed >= available else {
      return nil
    }
    return
      "patches of the shape \(shape) need more memory than the \(available >> 20) MiB that are "
      + "free; give fewer or smaller ones"
  }
}
