public import Datasets
public import Inference
import ONNXFiles

extension ModelExchangeError {
  /// An error of an ONNX file.
  init(_ error: ONNXError) {
    switch error {
    case .tooLarge(let path, _): self = .unwritable(path: path, reason: error.description)
    case .unwritable(let path, let reason): self = .unwritable(path: path, reason: reason)
    }
  }
}

extension ModelExport {
  /// Writes the network of one fold as an ONNX file.
  ///
  /// - Parameters:
  ///   - output: The file.
  ///   - fold: The fold; nil takes the first that has the checkpoint.
  ///   - checkpoint: Which weights.
  /// - Throws: ``ModelExchangeError``; the old file, if any, is then untouched.
  public func writeONNX(
    to output: String, fold: Fold? = nil, checkpoint: ModelFolder.Checkpoint = .final
  ) throws(ModelExchangeError) {
    guard let chosen = fold ?? model.folds(with: checkpoint).first else {
      throw .model(
        .model(path: model.path, problem: "no fold has a \(checkpoint.fileName); train it first"))
    }
    let weights = try ModelImport.weights(of: chosen, checkpoint, in: model)
    do throws(ONNXError) { try weights.network.writeONNX(to: output) } catch {
      throw ModelExchangeError(error)
    }
  }
}
