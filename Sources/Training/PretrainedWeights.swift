public import Datasets
import FileOutput
import FoundationEssentials
import Inference
import Networks
import Planning
import Tensors

/// The weights of an earlier training, from which a new one starts instead of from random ones.
///
/// All but the heads must fit the new network exactly, name by name and shape by shape. The heads are taken over where they have the
/// same shape and the earlier model names the same labels, as far as it is known; otherwise they start from random weights.
///
/// - Source: nnU-Net 2.8.1's `load_pretrained_weights.py`, which never takes heads over.
public struct PretrainedWeights: Sendable, Equatable {
  /// The checkpoint's file.
  public let path: String
  /// The labels the heads stand for; nil where neither the file nor a `dataset.json` beside it says so.
  public let labels: LabelSet?
  /// The dataset it has learnt from, as its plan names it; nil where the plan is not known.
  public var datasetName: String? { plan?.datasetName }
  /// The plan it was trained with; nil where neither the file nor a `plans.json` beside it has it.
  let plan: SegmentationPlan?

  /// Finds the weights.
  ///
  /// Checkpoints, folders of folds and of models may be this program's or nnU-Net's.
  ///
  /// - Parameter path: A checkpoint; the folder of a fold; or a model's folder, of which the fold `all` or else the lowest is taken.
  ///   Final weights come before the best ones.
  /// - Throws: ``TrainingError/pretrained(path:problem:)`` if there are none.
  public init(contentsOf path: String) throws(TrainingError) {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .pretrained(path: path, problem: "there is no such file or folder")
    }
    guard isFolder else {
      guard !path.lowercased().hasSuffix(".zip") else {
        throw .pretrained(
          path: path,
          problem: "it is an archive; make a model's folder of it with delineate model import")
      }
      try self.init(file: path, model: Self.folder(of: Self.folder(of: path)))
      return
    }
    if FileManager.default.fileExists(atPath: "\(path)/plans.json") {
      let model: ModelFolder
      do throws(InferenceError) { model = try ModelFolder(path) } catch {
        throw .pretrained(path: path, problem: error.description)
      }
      for kind in [ModelFolder.Checkpoint.final, .best] {
        let folds = model.folds(with: kind)
        guard let fold = folds.contains(.all) ? .all : folds.first else { continue }
        try self.init(file: model.file(of: fold, kind), model: path)
        return
      }
      throw .pretrained(path: path, problem: "no fold of this model is trained")
    }
    for kind in [ModelFolder.Checkpoint.final, .best] {
      for file in [kind.fileName, kind.nnUNetFileName].map({ "\(path)/\($0)" })
      where FileManager.default.fileExists(atPath: file) {
        try self.init(file: file, model: Self.folder(of: path))
        return
      }
    }
    throw .pretrained(
      path: path,
      problem: "it is no model's folder, with plans.json, nor a fold's, with a checkpoint")
  }

  private init(file: String, model: String) throws(TrainingError) {
    path = file
    // What nnU-Net's checkpoint says of itself comes first: the file may have been copied anywhere.
    let own = StoredWeights.isNNUNets(file) ? try? StoredWeights(contentsOf: file) : nil
    let description = "\(model)/dataset.json"
    if let told = try? own?.description() {
      labels = told.labels
    } else if FileManager.default.fileExists(atPath: description) {
      // Heads for other labels must not be taken over because a file that says so is damaged.
      do throws(DatasetError) {
        labels = try DatasetDescription(contentsOf: description).labels
      } catch {
        throw .pretrained(path: file, problem: error.description)
      }
    } else {
      labels = nil
    }
    plan = try? own?.plan() ?? SegmentationPlan(contentsOf: "\(model)/plans.json")
  }

  private static func folder(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
    let root = path.hasPrefix("/") ? "/" : ""
    return parts.isEmpty ? (root.isEmpty ? "." : root) : root + parts.joined(separator: "/")
  }
}

extension PretrainedWeights {
  /// Whether a name is that of a head's weights.
  private static func isHead(_ name: String) -> Bool { name.contains(".seg_layers.") }

  /// Checks that the weights fit a network, without reading their numbers.
  ///
  /// - Returns: Whether the heads are taken over.
  func check(
    _ network: UNet, labels: LabelSet, configuration: (name: String, value: Configuration)
  ) throws(TrainingError) -> Bool {
    let file = try open()
    let first = network.parameters[0]
    let channels = network.architecture.inputChannels
    if let found = file.shape(of: first.name), found.count == first.shape.count,
      found[1] != channels
    {
      throw .pretrained(
        path: path,
        problem: "it was trained on images of \(found[1]) "
          + (found[1] == 1 ? "channel" : "channels") + ", and these have \(channels)")
    }
    var headsFit = true
    for parameter in network.parameters {
      let found = file.shape(of: parameter.name)
      if found == parameter.shape { continue }
      guard Self.isHead(parameter.name) else {
        let what = found.map { "has shape \($0)" } ?? "is missing"
        throw mismatch(
          "its weight \(parameter.name) \(what), expected shape \(parameter.shape)", configuration)
      }
      headsFit = false
    }
    let known = Set(network.parameters.map(\.name))
    let aliases = Set(known.flatMap(stateDictionaryAliases))
    for name in file.names where name.hasPrefix("encoder.") || name.hasPrefix("decoder.") {
      guard known.contains(name) || aliases.contains(name) || Self.isHead(name) else {
        throw mismatch("it has a weight \(name), which the network has not", configuration)
      }
    }
    if let contradiction = file.contradiction(for: network) {
      throw .pretrained(path: path, problem: contradiction)
    }
    return headsFit && (self.labels == nil || self.labels == labels)
  }

  private func mismatch(
    _ detail: String, _ configuration: (name: String, value: Configuration)
  ) -> TrainingError {
    var text =
      "its network is not that of the plan's configuration \(configuration.name): \(detail)"
    if let plan, let theirs = try? plan.configuration(configuration.name) {
      let (a, b) = (theirs.architecture, configuration.value.architecture)
      let differences = [
        ("network", a.kind == b.kind), ("strides", a.strides == b.strides),
        ("kernel sizes", a.kernelSizes == b.kernelSizes), ("features", a.features == b.features),
        ("depths", a.encoderDepths == b.encoderDepths && a.decoderDepths == b.decoderDepths),
      ].filter { !$0.1 }.map(\.0)
      if !differences.isEmpty {
        text += "; the plans differ in " + differences.joined(separator: ", ")
      }
    }
    return .pretrained(
      path: path, problem: text + "; take over that model's plan with delineate plan --like")
  }

  /// Takes over the weights into a network for which ``check(_:labels:configuration:)`` passed.
  ///
  /// - Returns: A digest of what was taken over.
  func load(into network: UNet, takingHeads: Bool) throws(TrainingError) -> String {
    let file = try open()
    var digest = ByteDigest()
    for parameter in network.parameters where takingHeads || !Self.isHead(parameter.name) {
      let values: [Float]
      do throws(InferenceError) { values = try file.values(of: parameter.name) } catch {
        throw Self.problem(with: path, error)
      }
      guard values.count == parameter.count, values.allSatisfy(\.isFinite) else {
        throw .pretrained(
          path: path, problem: "its weight \(parameter.name) has numbers that are not finite")
      }
      values.withUnsafeBytes { digest.add($0) }
      parameter.values = values
    }
    return digest.text
  }

  private func open() throws(TrainingError) -> StoredWeights {
    do throws(InferenceError) { return try StoredWeights(contentsOf: path) } catch {
      throw Self.problem(with: path, error)
    }
  }

  /// The error of a file of weights, without the path twice.
  private static func problem(with path: String, _ error: InferenceError) -> TrainingError {
    if case .model(_, let problem) = error { return .pretrained(path: path, problem: problem) }
    return .pretrained(path: path, problem: error.description)
  }
}
