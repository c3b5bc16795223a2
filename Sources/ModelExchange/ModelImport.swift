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
    let folder = try FolderInProgress(for: output)
    var isFolder = false
    guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
      throw .source(path: source, problem: "there is no such file or folder")
    }
    if isFolder {
      try convert(source, into: folder)
    } else {
      try folder.makeFolder("archive")
      let unpacked = "\(folder.path)/archive"
      try ModelArchive(source, configuration: configurationName).unpack(to: unpacked)
      try convert(unpacked, into: folder)
      try? FileManager.default.removeItem(atPath: unpacked)
    }
    try folder.commit()
    return try Self.opened(output)
  }

  private func convert(
    _ path: String, into folder: borrowing FolderInProgress
  ) throws(ModelExchangeError) {
    guard FileManager.default.fileExists(atPath: "\(path)/plans.json") else {
      throw .source(
        path: source,
        problem: "it holds no plans.json; give the folder named TRAINER__PLANS__CONFIGURATION")
    }
    let model = try Self.opened(path)
    var count = 0
    for kind in Self.kinds {
      for fold in model.folds(with: kind) {
        let weights = try Self.weights(of: fold, kind, in: model)
        try folder.makeFolder("fold_\(fold)")
        try write(
          weights, of: model, to: "\(ModelFolder.fold(fold, in: folder.path))/\(kind.fileName)")
        count += 1
      }
    }
    guard count > 0 else {
      throw .source(
        path: source, problem: "no fold has a checkpoint_final.pth or checkpoint_best.pth")
    }
    let names = ["plans.json", "dataset.json", "dataset_fingerprint.json"]
    for name in names where FileManager.default.fileExists(atPath: "\(path)/\(name)") {
      guard let content = FileManager.default.contents(atPath: "\(path)/\(name)") else {
        throw .source(path: "\(path)/\(name)", problem: "it cannot be read")
      }
      do throws(FileOutputError) {
        try writeAtomically(Array(content), to: "\(folder.path)/\(name)")
      } catch {
        throw .unwritable(path: name, reason: error.description)
      }
    }
  }

  private func write(
    _ weights: TrainedWeights, of model: ModelFolder, to path: String
  ) throws(ModelExchangeError) {
    let digest: String
    do throws(PlanningError) {
      digest = model.plan.digest(of: try model.plan.configuration(weights.configurationName))
    } catch {
      throw .model(.planning(error))
    }
    let document: JSONValue = [
      "configuration": .string(weights.configurationName),
      "mirror_axes": .array(weights.mirrorAxes.map { .integer($0) }), "plan": .string(digest),
      "imported_from": .string(source),
    ]
    do throws(SafetensorsError) {
      try SafetensorsWriter.write(
        weights.network.parameters.map {
          SafetensorsEntry(name: $0.name, shape: $0.shape, floats: $0.values)
        }, metadata: ["training": document.text(.compact)], to: path)
    } catch {
      throw .unwritable(path: path, reason: error.description)
    }
  }

  static func opened(_ path: String) throws(ModelExchangeError) -> ModelFolder {
    do throws(InferenceError) { return try ModelFolder(path) } catch { throw .model(error) }
  }

  static func weights(
    of fold: Fold, _ kind: ModelFolder.Checkpoint, in model: ModelFolder
  ) throws(ModelExchangeError) -> TrainedWeights {
    do throws(InferenceError) { return try model.weights(of: fold, kind) } catch {
      throw .model(error)
    }
  }
}
