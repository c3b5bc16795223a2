package import Datasets
import JSONDocuments
package import Networks
package import Planning
import Safetensors
import TorchCheckpoints

/// The weights in a file, this program's or nnU-Net's, found by their names.
package struct StoredWeights {
  /// The file.
  package let path: String
  let content: Content

  enum Content {
    case safetensors(SafetensorsFile)
    case torch(NNUNetWeights)
  }

  /// Opens a file, reading no numbers; one whose name ends in `.pth` is nnU-Net's.
  ///
  /// - Throws: ``InferenceError/model(path:problem:)`` if it is damaged or none.
  package init(contentsOf path: String) throws(InferenceError) {
    self.path = path
    if Self.isNNUNets(path) {
      do throws(TorchCheckpointError) {
        content = .torch(try NNUNetWeights(contentsOf: path))
      } catch {
        throw .model(path: path, problem: error.description)
      }
    } else {
      do throws(SafetensorsError) {
        content = .safetensors(try SafetensorsFile(contentsOf: path))
      } catch {
        throw .model(path: path, problem: error.description)
      }
    }
  }

  /// Whether a file is nnU-Net's, by its name.
  package static func isNNUNets(_ path: String) -> Bool { path.hasSuffix(".pth") }

  /// Names of everything in the file, in its order.
  package var names: [String] {
    switch content {
    case .safetensors(let file): file.names
    case .torch(let weights): weights.names
    }
  }

  /// The shape of a weight; nil if the file has no floating-point numbers of that name.
  package func shape(of name: String) -> [Int]? {
    switch content {
    case .safetensors(let file):
      guard let tensor = try? file.tensor(named: name),
        [.float32, .float64, .float16, .bfloat16].contains(tensor.dataType)
      else { return nil }
      return tensor.shape
    case .torch(let weights): return weights.shape(of: name)
    }
  }

  /// The numbers of a weight.
  ///
  /// - Throws: ``InferenceError/model(path:problem:)`` if there are none, or the file is damaged.
  package func values(of name: String) throws(InferenceError) -> [Float] {
    switch content {
    case .safetensors(let file):
      do throws(SafetensorsError) { return try file.floats(name) } catch {
        throw .model(path: path, problem: error.description)
      }
    case .torch(let weights):
      do throws(TorchCheckpointError) {
        if let found = try weights.entry(name) { return found.values }
      } catch {
        throw .model(path: path, problem: error.description)
      }
      throw .model(path: path, problem: "it has no weight \(name)")
    }
  }

  /// What contradicts itself in weights that the file keeps under several names, or nil.
  package func contradiction(for network: UNet) -> String? {
    if case .torch(let weights) = content { weights.contradiction(for: network) } else { nil }
  }
}

extension StoredWeights {
  /// The plan that nnU-Net keeps in its checkpoints; nil for other files.
  ///
  /// - Throws: ``InferenceError`` if this program cannot follow it.
  package func plan() throws(InferenceError) -> SegmentationPlan? {
    guard let document = try trainerArgument("plans") else { return nil }
    do throws(PlanningError) { return try SegmentationPlan(document, from: path) } catch {
      throw .planning(error)
    }
  }

  /// The `dataset.json` that nnU-Net keeps in its checkpoints; nil for other files.
  ///
  /// - Throws: ``InferenceError`` if it breaks a rule.
  package func description() throws(InferenceError) -> DatasetDescription? {
    guard let document = try trainerArgument("dataset_json") else { return nil }
    do throws(DatasetError) { return try DatasetDescription(document, from: path) } catch {
      throw .dataset(error)
    }
  }

  private func trainerArgument(_ name: String) throws(InferenceError) -> JSONValue? {
    guard case .torch(let weights) = content else { return nil }
    do throws(TorchCheckpointError) { return try weights.trainerArguments()?[name] } catch {
      throw .model(path: path, problem: error.description)
    }
  }
}
