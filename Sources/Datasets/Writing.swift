import FileOutput
import JSONDocuments

extension CrossValidationSplits {
  /// Writes a `splits_final.json` as nnU-Net does, complete or not at all.
  ///
  /// - Throws: ``DatasetError/unwritable(path:reason:)``.
  public func write(to path: String) throws(DatasetError) {
    do throws(FileOutputError) { try writeAtomically(document.text(.indented(4)), to: path) } catch
    {
      throw .unwritable(path: path, reason: error.description)
    }
  }
}

extension DatasetDescription {
  /// Writes the `dataset.json`, complete or not at all, with every field it was read with.
  ///
  /// - Throws: ``DatasetError/unwritable(path:reason:)``.
  public func write(to path: String) throws(DatasetError) {
    do throws(FileOutputError) { try writeAtomically(document.text(.indented(4)), to: path) } catch
    {
      throw .unwritable(path: path, reason: error.description)
    }
  }
}
