import JSONDocuments
import Networks
import Tensors
import TorchCheckpoints

/// The weights in a checkpoint of nnU-Net v2.
///
/// - Source: nnU-Net 2.8.1's `nnUNetTrainer.save_checkpoint`.
struct NNUNetWeights {
  /// Names of the weights, in the order of the file.
  let names: [String]

  private let checkpoint: TorchCheckpoint
  private let tensors: [String: TorchTensor]

  init(contentsOf path: String) throws(TorchCheckpointError) {
    checkpoint = try TorchCheckpoint(contentsOf: path)
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

  /// What the trainer was made with: plans, configuration, fold, dataset.json; nil if the file does not say.
  func trainerArguments() throws(TorchCheckpointError) -> JSONValue? {
    try checkpoint.document("init_args")
  }

  /// The configuration that was trained.
  func configurationName() throws(TorchCheckpointError) -> String {
    guard let name = try trainerArguments()?["configuration"]?.string else {
      throw .missing(
        path: checkpoint.path, name: "init_args",
        problem: "does not say which configuration was trained")
    }
    return name
  }

  /// The axes along which training mirrored patches; none where the file does not say, as in nnU-Net.
  func mirrorAxes() throws(TorchCheckpointError) -> [Int] {
    let name = "inference_allowed_mirroring_axes"
    guard let axes = try checkpoint.document(name), axes != .null else { return [] }
    guard let numbers = axes.ints else {
      throw .missing(path: checkpoint.path, name: name, problem: "is no list of axes")
    }
    return numbers
  }

  /// The shape of a weight, or nil if there is none of that name.
  func shape(of name: String) -> [Int]? { tensors[name]?.shape }

  /// Shape and numbers of a weight, or nil if there is none of that name.
  func entry(_ name: String) throws(TorchCheckpointError) -> (shape: [Int], values: [Float])? {
    guard let tensor = tensors[name] else { return nil }
    return (tensor.shape, try checkpoint.floats(tensor, named: name))
  }

  /// What contradicts itself: nnU-Net saves most weights under several names, which must stand for the same numbers; nil if they do.
  func contradiction(for network: UNet) -> String? {
    for parameter in network.parameters {
      for alias in stateDictionaryAliases(of: parameter.name) {
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
    return nil
  }

  /// What contradicts itself, or is not of the network, or nil.
  func problem(for network: UNet) -> String? {
    if let contradiction = contradiction(for: network) { return contradiction }
    let parameters = network.parameters.map(\.name)
    let known = Set(parameters + parameters.flatMap(stateDictionaryAliases))
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
