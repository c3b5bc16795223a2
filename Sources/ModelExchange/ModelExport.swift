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
    let folder = try FolderInProgress(for: output)
    _ = try write(into: folder)
    try folder.commit()
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
    let folder = try FolderInProgress(for: output + ".folder")
    let configuration = try write(into: folder)
    let prefix =
      "\(dataset)/\(NNUNetCheckpoint.trainerName)__\(model.plan.plansName)__\(configuration)"
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: folder.path) else {
      throw .unwritable(path: output, reason: "the model written beside it cannot be read")
    }
    do throws(ZipError) {
      var writer = try ZipWriter(replacing: output)
      for name in names.sorted() {
        var isFolder = false
        let file = "\(folder.path)/\(name)"
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

  /// Writes plans, description and checkpoints.
  ///
  /// - Returns: The name of the configuration.
  private func write(
    into folder: borrowing FolderInProgress
  ) throws(ModelExchangeError) -> String {
    var configurations: [String] = []
    for kind in Self.kinds {
      for fold in model.folds(with: kind) {
        let weights = try ModelImport.weights(of: fold, kind, in: model)
        configurations.append(weights.configurationName)
        try folder.makeFolder("fold_\(fold)")
        let path = "\(ModelFolder.fold(fold, in: folder.path))/\(kind.nnUNetFileName)"
        let checkpoint = NNUNetCheckpoint(weights: weights, model: model, fold: fold)
        do throws(TorchCheckpointError) {
          try TorchCheckpointWriter.write(checkpoint.value, to: path)
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
    try write(model.plan.document, named: "plans.json", into: folder)
    var description = model.description.withConsecutiveLabels.document.object ?? JSONObject()
    // nnU-Net chooses its reader by this; other kinds of dataset need not say it.
    if description["file_ending"] == nil { description["file_ending"] = ".nii.gz" }
    try write(.object(description), named: "dataset.json", into: folder)
    return configuration
  }

  private func write(
    _ document: JSONValue, named name: String, into folder: borrowing FolderInProgress
  ) throws(ModelExchangeError) {
    let path = "\(folder.path)/\(name)"
    do throws(FileOutputError) { try writeAtomically(document.text(), to: path) } catch {
      throw .unwritable(path: path, reason: error.description)
    }
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
