internal import FileOutput
internal import FoundationEssentials
internal import Glibc
internal import Parallelism
internal import VolumeFiles
internal import Volumes

extension Postprocessing {
  /// Post-processes every mask of a folder.
  ///
  /// - Parameters:
  ///   - input: The folder of masks.
  ///   - output: Another folder, made if it does not exist, for masks of the same names.
  ///   - fileEnding: How the names of masks end; other files are passed over.
  /// - Returns: The names of the masks.
  /// - Throws: ``ModelSelectionError``; masks that were written before stay.
  @discardableResult
  public func run(
    on input: String, into output: String, fileEnding: String
  ) throws(ModelSelectionError) -> [String] {
    guard let entries = try? FileManager.default.contentsOfDirectory(atPath: input) else {
      throw .file(path: input, problem: "cannot be listed; give the folder of the masks")
    }
    let names = entries.filter { $0.hasSuffix(fileEnding) && !$0.hasPrefix(".") }.sorted()
    guard !names.isEmpty else {
      throw .file(
        path: input,
        problem: "holds no masks ending in \(fileEnding); give their folder, or --file-ending")
    }
    try writing { () throws(FileOutputError) in try createFolder(output) }
    guard identity(of: input) != identity(of: output) else {
      throw .file(
        path: output,
        problem: "is the folder of the masks itself; write to another one, so that "
          + "they are kept")
    }
    try run(on: names.map { ("\(input)/\($0)", "\(output)/\($0)") })
    return names
  }

  /// Post-processes masks, several at a time.
  func run(on masks: [(source: String, target: String)]) throws(ModelSelectionError) {
    let results = parallelMap(masks.count) { index in
      Result { () throws(ModelSelectionError) in
        do throws(VolumeFileError) {
          let mask = try LabelMap(contentsOf: masks[index].source)
          try self(mask).write(to: masks[index].target)
        } catch {
          throw .volume(error)
        }
      }
    }
    for result in results { try result.get() }
  }
}

/// A folder's place on its disk, whatever the name it is called by.
private func identity(of folder: String) -> [UInt64] {
  var status = stat()
  return stat(folder, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : []
}
