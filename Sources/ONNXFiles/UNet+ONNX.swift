public import FileOutput
public import Networks
import Tensors

/// Why a network cannot be written as ONNX.
public enum ONNXError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The network has more weights than one file may hold.
  case tooLarge(path: String, bytes: Int)
  /// The file cannot be written.
  case output(FileOutputError)

  /// One line: the file, what is wrong, what to do.
  public var description: String {
    switch self {
    case .tooLarge(let path, let bytes):
      "\(path): the network has \(bytes) bytes of weights, an ONNX file holds less than 2 GiB; use "
        + "the model as it is, or export it for nnU-Net"
    case .output(let error): error.description
    }
  }
}

extension UNet {
  /// Writes the network as an ONNX file.
  ///
  /// `image` is float32 (N, C, spatial axes as the patch has them), preprocessed as for training, every spatial axis a multiple of
  /// ``UNetArchitecture/divisor``; `logits` is float32 (N, K, the same axes). Mirroring, windows and resampling are the caller's.
  ///
  /// - Parameter path: The file; its folder must exist.
  /// - Throws: ``ONNXError``; the old file, if any, is then untouched.
  /// - Source: ONNX operator set 17.
  public func writeONNX(to path: String) throws(ONNXError) {
    let byteCount = parameters.map(\.count).reduce(0, +) * MemoryLayout<Float>.size
    // Protocol Buffers end at 2 GiB; names and nodes take far less than the rest.
    guard byteCount < 2_000_000_000 else { throw .tooLarge(path: path, bytes: byteCount) }
    var graph = UNetGraph(self)
    let model = graph.model()
    do throws(FileOutputError) { try writeAtomically(model, to: path) } catch {
      throw .output(error)
    }
  }
}

/// Translates a network, layer by layer.
private struct UNetGraph {
  private let architecture: UNetArchitecture
  private let parameters: [String: Parameter]
  private var graph = ONNXGraph()

  init(_ network: UNet) {
    architecture = network.architecture
    parameters = Dictionary(
      network.parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func model() -> [UInt8] {
    let a = architecture
    let flat = Array(repeating: 1, count: a.kernels[0].count)
    var x = "image"
    if a.encoder == .residual { x = block("encoder.stem.convs.0", x, stride: flat) }
    var skips: [String] = []
    for stage in 0..<a.stages {
      for index in 0..<a.blocksPerStage[stage] {
        let stride = index == 0 ? a.strides[stage] : flat
        switch a.encoder {
        case .plain: x = block("encoder.stages.\(stage).0.convs.\(index)", x, stride: stride)
        case .residual: x = residual("encoder.stages.\(stage).blocks.\(index)", x, stride: stride)
        }
      }
      skips.append(x)
    }
    _ = skips.popLast()
    for stage in 0..<a.stages - 1 {
      let upsampled = upsampling("decoder.transpconvs.\(stage)", x, a.strides[a.stages - 1 - stage])
      x = graph.add(
        "Concat", [upsampled, skips.removeLast()], [("axis", .integer(1))])
      for index in 0..<a.decoderBlocksPerStage[stage] {
        x = block("decoder.stages.\(stage).convs.\(index)", x, stride: flat)
      }
    }
    let logits = convolution("decoder.seg_layers.\(a.stages - 2)", x, stride: flat)
    let space = ["depth", "height", "width"].suffix(flat.count)
    func value(_ name: String, _ channels: Int, _ prefix: String) -> ONNXValue {
      ONNXValue(
        name: name,
        axes: [.free("batch"), .length(channels)] + space.map { .free(prefix + $0) })
    }
    return graph.model(
      of: logits, input: value("image", a.inputChannels, ""),
      output: value("logits", a.classes, ""))
  }

  /// Names of a layer's weight and, if it has one, bias.
  private mutating func weights(_ name: String) -> [String] {
    [parameters["\(name).weight"], parameters["\(name).bias"]].compactMap { $0 }.map {
      graph.add($0)
    }
  }

  private mutating func convolution(_ name: String, _ x: String, stride: [Int]) -> String {
    guard let weight = parameters["\(name).weight"] else { preconditionFailure("no \(name)") }
    let kernel = Array(weight.shape.dropFirst(2))
    let padding = kernel.map { ($0 - 1) / 2 }
    return graph.add(
      "Conv", [x] + weights(name),
      [
        ("kernel_shape", .integers(kernel)), ("strides", .integers(stride)),
        ("pads", .integers(padding + padding)),
      ])
  }

  private mutating func upsampling(_ name: String, _ x: String, _ stride: [Int]) -> String {
    graph.add(
      "ConvTranspose", [x] + weights(name),
      [("kernel_shape", .integers(stride)), ("strides", .integers(stride))])
  }

  private mutating func normalised(_ name: String, _ x: String, stride: [Int]) -> String {
    let convolved = convolution("\(name).conv", x, stride: stride)
    return graph.add(
      "InstanceNormalization", [convolved] + weights("\(name).norm"),
      [("epsilon", .float(architecture.epsilon))])
  }

  private mutating func leakyReLU(_ x: String) -> String {
    graph.add("LeakyRelu", [x], [("alpha", .float(InstanceNorm.slope))])
  }

  private mutating func block(_ name: String, _ x: String, stride: [Int]) -> String {
    leakyReLU(normalised(name, x, stride: stride))
  }

  private mutating func residual(_ name: String, _ x: String, stride: [Int]) -> String {
    let flat = stride.map { _ in 1 }
    let first = block("\(name).conv1", x, stride: stride)
    let second = normalised("\(name).conv2", first, stride: flat)
    var shortcut = x
    if stride != flat {
      shortcut = graph.add(
        "AveragePool", [x], [("kernel_shape", .integers(stride)), ("strides", .integers(stride))])
    }
    let projection = "\(name).skip.\(stride == flat ? 0 : 1)"
    if parameters["\(projection).conv.weight"] != nil {
      shortcut = normalised(projection, shortcut, stride: flat)
    }
    return leakyReLU(graph.add("Add", [second, shortcut]))
  }
}
