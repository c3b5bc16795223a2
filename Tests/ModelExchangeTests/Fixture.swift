import Datasets
import Foundation
import Inference
import JSONDocuments
import Networks
import NumPyArrays
import Tensors
import TestSupport
import Testing
import TorchCheckpoints

/// One of the folders that nnU-Net has left.
struct Fixture: CustomTestStringConvertible {
  let name: String
  let fold: Fold

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures"
  static let plain = Fixture(name: "plain", fold: .number(0))
  static let residual = Fixture(name: "residual", fold: .all)
  static let all = [plain, residual]

  var path: String { "\(Self.folder)/\(name)" }
  var checkpoint: String { "\(path)/fold_\(fold)/checkpoint_final.pth" }
  var testDescription: String { name }

  /// The largest difference between a network's logits and nnU-Net's, as a share of the largest logit.
  func logitError(of weights: TrainedWeights) throws -> Double {
    let arrays = try NumPyArchive(contentsOf: "\(Self.folder)/\(name).npz")
    let image = try arrays.array(named: "image")
    let expected = try arrays.array(named: "logits").floats()
    let size = Array(image.shape[2...])
    let tensor = Tensor(
      image.floats(),
      shape: TensorShape(batch: 1, channels: 1, size: Size3(size)),
      on: try Device(precision: .float32))
    let found = weights.network.logits(tensor).values
    let largest = expected.reduce(0) { max($0, abs($1)) }
    return largestDifference(found, expected).value / Double(largest)
  }

  /// A copy of the folder whose checkpoint was changed.
  func changed(
    _ change: (inout [(name: String, storage: TorchStorage)]) -> Void
  ) throws -> TemporaryFolder {
    let copy = try TemporaryFolder()
    let model = copy.path + "/model"
    try FileManager.default.copyItem(atPath: path, toPath: model)
    let checkpoint = try TorchCheckpoint(contentsOf: self.checkpoint)
    var weights: [(name: String, storage: TorchStorage)] = []
    for (name, tensor) in try checkpoint.tensors("network_weights") {
      let floats = try checkpoint.floats(tensor, named: name)
      weights.append((name, TorchStorage(shape: tensor.shape, floats: floats)))
    }
    change(&weights)
    try TorchCheckpointWriter.write(
      .dictionary([
        (
          "network_weights",
          .orderedDictionary(weights.map { (key: $0.name, value: .tensor($0.storage)) })
        ), ("init_args", TorchValue(try checkpoint.document("init_args") ?? .null)),
      ]), to: "\(model)/fold_\(fold)/checkpoint_final.pth")
    return copy
  }
}
