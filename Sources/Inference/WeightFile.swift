import JSONDocuments
import Networks
import Safetensors
import TorchCheckpoints

/// Weights that say what they were trained for.
struct WeightFile {
  /// The configuration the weights were trained for.
  let configurationName: String
  /// The axes along which training mirrored patches.
  let mirrorAxes: [Int]
  /// The digest of the plan they were trained with, where the file has it.
  let planDigest: String?

  private let weights: StoredWeights

  /// Opens a file; one whose name ends in `.pth` is nnU-Net's.
  init(contentsOf path: String) throws(InferenceError) {
    weights = try StoredWeights(contentsOf: path)
    switch weights.content {
    case .safetensors(let file):
      guard let text = file.metadata["training"], let document = try? JSONValue(parsing: text),
        let name = document["configuration"]?.string, let axes = document["mirror_axes"]?.ints
      else { throw .model(path: path, problem: "its metadata do not say what it was trained for") }
      (configurationName, mirrorAxes, planDigest) = (name, axes, document["plan"]?.string)
    case .torch(let file):
      do throws(TorchCheckpointError) {
        (configurationName, mirrorAxes) = (try file.configurationName(), try file.mirrorAxes())
      } catch {
        throw .model(path: path, problem: error.description)
      }
      planDigest = nil
    }
  }

  /// Gives a network the file's weights.
  func load(into network: UNet) throws(InferenceError) {
    let path = weights.path
    if case .torch(let file) = weights.content, let problem = file.problem(for: network) {
      throw .model(path: path, problem: problem)
    }
    // A weight of another shape is reported by that, before its numbers are read.
    var failure: InferenceError?
    do throws(StateDictionaryError) {
      try network.load { name in
        guard let shape = weights.shape(of: name) else { return nil }
        do throws(InferenceError) { return (shape, try weights.values(of: name)) } catch {
          failure = error
          return nil
        }
      }
    } catch {
      throw failure ?? .model(path: path, problem: error.description)
    }
  }
}
