import Datasets
import FileOutput
import FoundationEssentials
public import Inference
import JSONDocuments
import Networks
import Planning
import Safetensors
import Tensors
import ZipArchives

/// Makes models of this program out of those nnU-Net v2 has trained.
public struct ModelImport {
  /// A folder with `plans.json`, or an archive of `nnUNetv2_export_model_to_zip`.
  public let source: String
  /// The configuration to take from an archive that holds several; nil takes the only one.
  public let configurationName: String?

  /// Which checkpoints are taken over.
  private static let kinds: [ModelFolder.Checkpoint] = [.final, .best]

  /// An import that has not begun.
  ///
  /// - Parameters:
  ///   - source: A folder with `plans.json`, such as `Dataset004_Hippocampus/nnUNetTrainer__nnUNetPlans__3d_fullres`, or an archive of
  ///     `nnUNetv2_export_model_to_zip`.
  ///   - configurationName: The configuration to take from an archive that holds several.
  public init(_ source: String, configuration configurationName: String? = nil) {
    self.source = source
    self.configurationName = configurationName
  }

  /// Checks the model whole, then writes it.
  ///
  /// - Parameter output: The model's folder; nothing may be there yet.
  /// - Returns: The model.
  /// - Throws: ``ModelExchangeError``; nothing is then written.
  public func write(to output: String) throws(ModelExchangeError) -> ModelFolder {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
      throw .source(path: source, problem: "there is no such file or folder")
    }
    let folder = try beginModel(output)
    if isFolder {
      try convert(source, into: folder.temporaryPath)
    } else {
      try convertArchive(into: folder.temporaryPath)
    }
    do throws(FileOutputError) { try folder.commit() } catch { throw .output(error) }
    return try ModelFolder.opened(output)
  }

  private func convertArchive(into folder: String) throws(ModelExchangeError) {
    let unpacked = "\(folder)/archive"
    try writing { () throws(FileOutputError) in try createFolder(unpacked) }
    try ModelArchive(source, configuration: configurationName).unpack(to: unpacked)
    do throws(ModelExchangeError) { try convert(unpacked, into: folder) } catch {
      guard case .model(let problem) = error else { throw error }
      // The user knows the archive, not the folder it was unpacked to.
      throw .source(
        path: source, problem: problem.description.replacing(unpacked + "/", with: ""))
    }
    try? FileManager.default.removeItem(atPath: unpacked)
  }

  private func convert(_ path: String, into folder: String) throws(ModelExchangeError) {
    guard FileManager.default.fileExists(atPath: "\(path)/plans.json") else {
      throw .source(
        path: source,
        problem: "it holds no plans.json; give the folder named TRAINER__PLANS__CONFIGURATION")
    }
    let model = try ModelFolder.opened(path)
    var count = 0
    for kind in Self.kinds {
      for fold in model.folds(with: kind) {
        let weights = try model.weights(ofFirst: fold, kind)
        let target = ModelFolder.fold(fold, in: folder)
        try writing { () throws(FileOutputError) in try createFolder(target) }
        try write(weights, of: model, to: "\(target)/\(kind.fileName)")
        count += 1
      }
    }
    guard count > 0 else {
      throw .source(
        path: source, problem: "no fold has a checkpoint_final.pth or checkpoint_best.pth")
    }
    let names = ["plans.json", "dataset.json", "dataset_fingerprint.json"]
    for name in names where FileManager.default.fileExists(atPath: "\(path)/\(name)") {
      try writing { () throws(FileOutputError) in
        try copyFile("\(path)/\(name)", to: "\(folder)/\(name)")
      }
    }
  }

  private func write(
    _ weights: TrainedWeights, of model: ModelFolder, to path: String
  ) throws(ModelExchangeError) {
    let document: JSONValue = [
      "configuration": .string(weights.configurationName),
      "mirror_axes": .array(weights.mirrorAxes.map { .integer($0) }),
      "plan": .string(model.plan.digest(of: weights.configuration)),
      "imported_from": .string(source),
    ]
    do throws(SafetensorsError) {
      try SafetensorsWriter.write(
        weights.network.parameters.map {
          SafetensorsEntry(name: $0.name, shape: $0.shape, floats: $0.values)
        }, metadata: ["training": document.text(.compact)], to: path)
    } catch {
      throw .weights(error)
    }
  }
}
