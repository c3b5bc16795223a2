import JSONDocuments
import Networks
import Tensors
import TorchCheckpoints

/// The weights in a checkpoint of nnU-Net v2.
///
/// - Source: nnU-Net 2.8.1's `nnUNetTrainer.save_checkpoint`.
struct NNUNetWeights {
  let configurationName: String
  let mirrorAxes: [Int]

  private let checkpoint: TorchCheckpoint
  private let tensors: [String: TorchTensor]
  private let names: [String]

  init(contentsOf path: String) throws(TorchCheckpointError) {
    checkpoint = try TorchCheckpoint(contentsOf: path)
    guard let arguments = try checkpoint.document("init_args"),
      let name = arguments["configuration"]?.string
    else {
      throw .missing(
        path: path, name: "init_args", problem: "does not say which configuration was trained")
    }
    configurationName = name
    // nnU-Net mirrors nothing where this is missing or None.
    switch try checkpoint.document("inference_allowed_mirroring_axes") ?? .null {
    case .null: mirrorAxes = []
    case let axes:
      guard let numbers = axes.ints else {
        throw .missing(
          path: path, name: "inference_allowed_mirroring_axes", problem: "is no list of axes")
      }
      mirrorAxes = numbers
    }
    var tensors: [String: TorchTensor] = [:]
    var names: [String] = []
    for (name, tensor) in try checkpoint.tensors("network_weights") {
      // What PyTorch puts before names when a network is compiled or trained on several devices.
      var plain = name[...]
      for prefix in ["_orig_mod.", "module."] where plain.hasPrefix(prefix) {
        plain = plain.dropFirst(prefix.count)
      }
      tensors[String(plain)] = tensor
      names.append(String(plain))
    }
    self.tensors = tensors
    self.names = names
  }

  /// Shape and numbers of a weight, or nil if there is none of that name.
  func entry(_ name: String) throws(TorchCheckpointError) -> (shape: [Int], values: [Float])? {
    guard let tensor = tensors[name] else { return nil }
    return (tensor.shape, try checkpoint.floats(tensor, named: name))
  }

  /// What the weights have that the network has not, or nil.
  ///
  /// nnU-Net saves most weights under several names; they must stand for the same numbers.
  func problem(for network: UNet) -> String? {
    var known = Set<String>()
    for parameter in network.parameters {
      known.insert(parameter.name)
      for alias in stateDictionaryAliases(of: parameter.name) {
        known.insert(alias)
        // A weight of another shape is reported by loading it.
        guard let other = tensors[alias], let tensor = tensors[parameter.name], other != tensor,
          tensor.shape == parameter.shape
        else { continue }
        let values = try? (entry(parameter.name)?.values, entry(alias)?.values)
        guard other.shape == tensor.shape, let values, values.0 == values.1 else {
          return "its weights \"\(parameter.name)\" and \"\(alias)\" differ; in nnU-Net they are "
            + "the same"
        }
      }
    }
    guard let extra = names.first(where: { !known.contains($0) }) else { return nil }
    let count = names.count { !known.contains($0) }
    return "its weights \"\(printable(extra))\"\(count > 1 ? " and \(count - 1) more" : "") are of "
      + "a network that its plans.json does not describe; a trainer with a network of its own "
      + "cannot be used"
  }

  /// A name from a file on one line.
  private func printable(_ name: String) -> String {
    String(
      name.unicodeScalars.prefix(120).map { $0.isASCII && $0.value >= 32 ? Character($0) : "?" })
  }
}
