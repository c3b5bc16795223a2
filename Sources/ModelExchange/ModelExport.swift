import Datasets
import FileOutput
import FoundationEssentials
public import Inference
import JSONDocuments
import Planning
import TorchCheckpoints
import ZipArchives

/// Writes models so that nnU-Net v2 uses them.
public struct ModelExport {
  /// The model.
  public let model: ModelFolder

  /// Which checkpoints are written.
  private static let kinds: [ModelFolder.Checkpoint] = [.final, .best]

  /// The export of a model.
  public init(_ model: ModelFolder) { self.model = model }

  /// Writes the folder in which nnU-Net would have left the model: `plans.json`, `dataset.json`, `fold_K/checkpoint_final.pth`.
  ///
  /// Labels with gaps between them are renumbered, see ``renumberedLabels``.
  ///
  /// - Parameter output: The folder; nothing may be there yet.
  /// - Throws: ``ModelExchangeError``; nothing is then written.
  public func writeFolder(to output: String) throws(ModelExchangeError) {
    let folder = try beginModel(output)
    _ = try write(into: folder.temporaryPath)
    do throws(FileOutputError) { try folder.commit() } catch { throw .output(error) }
  }

  /// Writes the archive that `nnUNetv2_install_pretrained_model_from_zip` takes.
  ///
  /// - Parameter output: The archive.
  /// - Throws: ``ModelExchangeError``; nothing is then written.
  public func writeArchive(to output: String) throws(ModelExchangeError) {
    let dataset = model.plan.datasetName
    guard dataset.wholeMatchesDatasetName else {
      throw .source(
        path: model.path,
        problem: "its dataset is called \(dataset), and nnU-Net installs only names such as "
          + "Dataset004_Hippocampus; correct dataset_name in its plans.json")
    }
    // Written beside the archive first: its size is that of the model.
    let temporary = try beginModel(output + ".folder")
    let folder = temporary.temporaryPath
    let configuration = try write(into: folder)
    let prefix =
      "\(dataset)/\(NNUNetCheckpoint.trainerName)__\(model.plan.plansName)__\(configuration)"
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: folder) else {
      throw .output(.source(path: folder, reason: "the folder cannot be listed"))
    }
    do throws(ZipError) {
      var writer = try ZipWriter(replacing: output)
      for name in names.sorted() {
        var isFolder = false
        let file = "\(folder)/\(name)"
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder
        else { continue }
        let bytes = try FileBytes(contentsOf: file)
        try writer.add("\(prefix)/\(name)", byteCount: bytes.count) { (append) throws(ZipError) in
          try append(bytes.bytes)
        }
      }
      try writer.finish()
    } catch {
      throw .archive(error)
    }
  }

  /// Writes plans, description and checkpoints into an empty folder.
  ///
  /// - Returns: The name of the configuration.
  private func write(into folder: String) throws(ModelExchangeError) -> String {
    var configurations: [String] = []
    for kind in Self.kinds {
      for fold in model.folds(with: kind) {
        let weights = try model.weights(ofFirst: fold, kind)
        configurations.append(weights.configurationName)
        let target = ModelFolder.fold(fold, in: folder)
        try writing { () throws(FileOutputError) in try createFolder(target) }
        let checkpoint = NNUNetCheckpoint(weights: weights, model: model, fold: fold)
        do throws(TorchCheckpointError) {
          try TorchCheckpointWriter.write(
            checkpoint.value, to: "\(target)/\(kind.nnUNetFileName)")
        } catch {
          throw .checkpoint(error)
        }
      }
    }
    guard let configuration = configurations.first else {
      throw .model(
        .model(path: model.path, problem: "no fold has a checkpoint; train it first"))
    }
    guard Set(configurations).count == 1 else {
      throw .model(
        .model(path: model.path, problem: "its folds are of different configurations"))
    }
    var description = model.description.withConsecutiveLabels.document.object ?? JSONObject()
    // nnU-Net chooses its reader by this; other kinds of dataset need not say it.
    if description["file_ending"] == nil { description["file_ending"] = ".nii.gz" }
    let text = JSONValue.object(description).text()
    try writing { () throws(FileOutputError) in
      try writeAtomically(model.plan.document.text(), to: "\(folder)/plans.json")
      try writeAtomically(text, to: "\(folder)/dataset.json")
    }
    return configuration
  }
}

extension String {
  /// Whether nnU-Net knows the text as a dataset's name: `Dataset`, three digits, an underscore, a name.
  fileprivate var wholeMatchesDatasetName: Bool {
    let bytes = Array(utf8)
    return hasPrefix("Dataset") && bytes.count > 11
      && bytes[7..<10].allSatisfy { (0x30...0x39).contains($0) } && bytes[10] == UInt8(ascii: "_")
  }
}
