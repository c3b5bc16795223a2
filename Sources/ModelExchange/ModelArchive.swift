import FileOutput
import ZipArchives

/// One model in an archive of `nnUNetv2_export_model_to_zip`.
///
/// Entries are named `DATASET/TRAINER__PLANS__CONFIGURATION/...`; of these only plans, description, fingerprint and checkpoints are unpacked.
///
/// - Source: nnU-Net 2.8.1's `model_sharing/model_export.py`.
struct ModelArchive {
  private let archive: ZipArchive
  /// The names before `plans.json`.
  private let prefix: String

  /// More than any plan has.
  private static let largestDocument = 1 << 26
  /// More than weights of a trained network can be compressed.
  private static let largestRatio = 100

  init(_ path: String, configuration: String?) throws(ModelExchangeError) {
    do throws(ZipError) { archive = try ZipArchive(contentsOf: path) } catch {
      throw .archive(error)
    }
    var prefixes = archive.entries.map(\.name).filter {
      $0 == "plans.json" || $0.hasSuffix("/plans.json")
    }.map { String($0.dropLast("plans.json".count)) }
    if let configuration { prefixes = prefixes.filter { $0.hasSuffix("__\(configuration)/") } }
    guard let first = prefixes.first else {
      throw .source(
        path: path,
        problem: configuration.map { "it holds no model of a configuration \($0)" }
          ?? "it holds no plans.json")
    }
    guard prefixes.count == 1 else {
      throw .source(
        path: path,
        problem: "it holds \(prefixes.count) models, "
          + prefixes.map(quoted).joined(separator: ", ") + "; choose one with --configuration")
    }
    prefix = first
  }

  func unpack(to folder: String) throws(ModelExchangeError) {
    for entry in archive.entries where entry.name.hasPrefix(prefix) && !entry.isFolder {
      let parts = entry.name.dropFirst(prefix.count).split(separator: "/").map(String.init)
      switch parts.count {
      case 1 where ["plans.json", "dataset.json", "dataset_fingerprint.json"].contains(parts[0]):
        try unpack(entry, to: "\(folder)/\(parts[0])", limit: Self.largestDocument)
      case 2
      where parts[0].hasPrefix("fold_") && parts[1].hasPrefix("checkpoint_")
        && parts[1].hasSuffix(".pth"):
        try writing { () throws(FileOutputError) in try createFolder("\(folder)/\(parts[0])") }
        try unpack(
          entry, to: "\(folder)/\(parts[0])/\(parts[1])",
          limit: Self.largestRatio * max(entry.compressedByteCount, 1 << 16))
      default: continue
      }
    }
  }

  private func unpack(
    _ entry: ZipEntry, to path: String, limit: Int
  ) throws(ModelExchangeError) {
    guard entry.byteCount <= limit else {
      throw .archive(
        .tooLarge(path: archive.path, name: entry.name, bytes: entry.byteCount, limit: limit))
    }
    do throws(ZipError) { try archive.unpack(entry, to: path) } catch { throw .archive(error) }
  }
}
