public import Datasets
public import Inference
import ONNXFiles

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
    let weights = try model.weights(ofFirst: fold, checkpoint)
    do throws(ONNXError) { try weights.network.writeONNX(to: output) } catch {
      throw .onnx(error)
    }
  }
}
