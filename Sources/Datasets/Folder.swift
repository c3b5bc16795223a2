import FoundationEssentials

/// What a folder holds.
enum Folder {
  /// Names of its entries but hidden ones, sorted.
  static func names(in path: String) throws(DatasetError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { !$0.hasPrefix(".") }.sorted(by: FileName.precedes)
    } catch {
      throw .unreadable(
        path: path, reason: exists(path) ? "not a folder that may be listed" : "no such folder")
    }
  }

  /// Makes a folder in one that exists.
  static func make(_ path: String) throws(DatasetError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    } catch {
      throw .unwritable(path: path, reason: "the folder cannot be made")
    }
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func isFolder(_ path: String) -> Bool {
    var isDirectory = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
  }
}
