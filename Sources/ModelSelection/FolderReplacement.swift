internal import FoundationEssentials

/// Fills a new folder and then puts it in the place of an earlier one.
///
/// - Parameters:
///   - folder: The folder's final name.
///   - fill: Writes the content into the folder it is given.
/// - Throws: What `fill` throws, or ``ModelSelectionError/unwritable(path:reason:)``; the earlier folder
///   is then untouched.
func replaceFolder(
  _ folder: String, _ fill: (_ temporary: String) throws(ModelSelectionError) -> Void
) throws(ModelSelectionError) {
  let files = FileManager.default
  let (temporary, earlier) = (beside(folder, "partial"), beside(folder, "earlier"))
  for leftover in [temporary, earlier] { try? files.removeItem(atPath: leftover) }
  do { try files.createDirectory(atPath: temporary, withIntermediateDirectories: true) } catch {
    throw .unwritable(path: folder, reason: "the folder cannot be made")
  }
  do throws(ModelSelectionError) { try fill(temporary) } catch {
    try? files.removeItem(atPath: temporary)
    throw error
  }
  do {
    if files.fileExists(atPath: folder) { try files.moveItem(atPath: folder, toPath: earlier) }
    try files.moveItem(atPath: temporary, toPath: folder)
  } catch {
    try? files.moveItem(atPath: earlier, toPath: folder)
    try? files.removeItem(atPath: temporary)
    throw .unwritable(path: folder, reason: "the folder cannot be put in its place")
  }
  try? files.removeItem(atPath: earlier)
}

/// A hidden name in the same folder.
private func beside(_ folder: String, _ ending: String) -> String {
  var parts = folder.split(separator: "/", omittingEmptySubsequences: false)
  while parts.count > 1, parts.last == "" { parts.removeLast() }
  let name = parts.removeLast()
  return (parts + [".\(name).\(ending)"]).joined(separator: "/")
}

/// Copies a file into a folder that nobody else sees yet.
func copyFile(_ source: String, to target: String) throws(ModelSelectionError) {
  do { try FileManager.default.copyItem(atPath: source, toPath: target) } catch {
    throw .unwritable(path: target, reason: "\(source) cannot be copied")
  }
}
