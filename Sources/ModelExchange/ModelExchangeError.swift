public import FileOutput
public import Inference
public import ONNXFiles
public import Safetensors
public import TorchCheckpoints
public import VolumeFiles
public import ZipArchives

/// What can go wrong when models come from nnU-Net or go to it.
public enum ModelExchangeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The source is no model of nnU-Net v2.
  case source(path: String, problem: String)
  /// The model's plans, description or weights cannot be used.
  case model(InferenceError)
  /// The archive is not sound, or cannot be written.
  case archive(ZipError)
  /// A checkpoint cannot be written.
  case checkpoint(TorchCheckpointError)
  /// Weights cannot be written.
  case weights(SafetensorsError)
  /// The network cannot be written as ONNX.
  case onnx(ONNXError)
  /// Patches do not fit the network or into memory.
  case patches(path: String, problem: String)
  /// An array of patches or logits cannot be read or written.
  case array(VolumeFileError)
  /// A file or folder cannot be written, or there is something in its place.
  case output(FileOutputError)

  /// One line: the file, what is wrong, what to do.
  public var description: String {
    switch self {
    case .source(let path, let problem): "\(path) is no model of nnU-Net v2: \(problem)"
    case .model(let error): error.description
    case .archive(let error): error.description
    case .checkpoint(let error): error.description
    case .weights(let error): error.description
    case .onnx(let error): error.description
    case .patches(let path, let problem): "\(path): \(problem)"
    case .array(let error): error.description
    case .output(let error): error.description
    }
  }
}
