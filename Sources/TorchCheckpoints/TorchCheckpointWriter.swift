import ZipArchives

/// Writes checkpoints that `torch.load` reads, with `weights_only` too.
///
/// - Source: PyTorch's `torch.serialization`, format version 3.
public enum TorchCheckpointWriter {
  /// Storages begin at multiples of this many bytes, as PyTorch's.
  private static let alignment = 64

  /// Writes a checkpoint; its name stands for the old content until the new one is complete and on disk.
  ///
  /// - Parameters:
  ///   - value: The checkpoint, a dictionary as a rule.
  ///   - path: Path of the file; its folder must exist.
  /// - Throws: ``TorchCheckpointError/archive(_:)`` if the disk fails. The old file, if any, is then untouched.
  public static func write(_ value: TorchValue, to path: String) throws(TorchCheckpointError) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let folder = name.split(separator: ".").first.map(String.init) ?? "archive"
    let pickle = PickleWriter(value)
    try TorchCheckpoint.wrapped { () throws(ZipError) in
      var writer = try ZipWriter(replacing: path)
      try writer.add("\(folder)/data.pkl", pickle.bytes, method: .stored)
      for (name, text) in [
        (".format_version", "1"), (".storage_alignment", "\(alignment)"), ("byteorder", "little"),
      ] { try writer.add("\(folder)/\(name)", Array(text.utf8), method: .stored) }
      for (key, storage) in pickle.storages.enumerated() {
        try writer.add(
          "\(folder)/data/\(key)", byteCount: storage.floats.count * 4, method: .stored,
          alignment: alignment
        ) { (append) throws(ZipError) in
          try storage.floats.withBytes { (bytes) throws(ZipError) in try append(bytes) }
        }
      }
      try writer.add("\(folder)/version", Array("3\n".utf8), method: .stored)
      try writer.finish()
    }
  }
}
