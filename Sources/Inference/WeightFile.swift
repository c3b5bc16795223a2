import JSONDocuments
import Networks
import Safetensors
import TorchCheckpoints

/// A file of weights, this program's or nnU-Net's.
struct WeightFile {
  let path: String
  /// The configuration the weights were trained for.
  let configurationName: String
  /// The axes along which training mirrored patches.
  let mirrorAxes: [Int]
  /// The digest of the plan they were trained with, where the file has it.
  let planDigest: String?

  private let content: Content

  private enum Content {
    case safetensors(SafetensorsFile)
    case torch(NNUNetWeights)
  }

  /// Opens a file; one whose name ends in `.pth` is nnU-Net's.
  init(contentsOf path: String) throws(InferenceError) {
    self.path = path
    guard path.hasSuffix(".pth") else {
      let file: SafetensorsFile
      do throws(SafetensorsError) { file = try SafetensorsFile(contentsOf: path) } catch {
        throw .model(path: path, problem: error.description)
      }
      guard let text = file.metadata["training"], let document = try? JSONValue(parsing: text),
        let name = document["configuration"]?.string, let axes = document["mirror_axes"]?.ints
      else { throw .model(path: path, problem: "its metadata do not say what it was trained for") }
      (configurationName, mirrorAxes, planDigest) = (name, axes, document["plan"]?.string)
      content = .safetensors(file)
      return
    }
    do throws(TorchCheckpointError) {
      let weights = try NNUNetWeights(contentsOf: path)
      (configurationName, mirrorAxes, planDigest) = (
        weights.configurationName, weights.mirrorAxes, nil
      )
      content = .torch(weights)
    } catch {
      throw .model(path: path, problem: error.description)
    }
  }

  /// Gives a network the file's weights.
  func load(into network: UNet) throws(InferenceError) {
    switch content {
    case .safetensors(let file):
      try load(into: network) { name in
        guard let tensor = try? file.tensor(named: name), let values = try? file.floats(name)
        else { return nil }
        return (tensor.shape, values)
      }
    case .torch(let weights):
      if let problem = weights.problem(for: network) { throw .model(path: path, problem: problem) }
      var failure: TorchCheckpointError?
      do throws(InferenceError) {
        try load(into: network) { name in
          do throws(TorchCheckpointError) { return try weights.entry(name) } catch {
            failure = error
            return nil
          }
        }
      } catch {
        throw failure.map { .model(path: path, problem: $0.description) } ?? error
      }
    }
  }

  private func load(
    into network: UNet, _ entry: (_ name: String) -> (shape: [Int], values: [Float])?
  ) throws(InferenceError) {
    do throws(StateDictionaryError) { try network.load(entry) } catch {
      throw .model(path: path, problem: error.description)
    }
  }
}
