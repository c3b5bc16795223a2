import FoundationEssentials
import Glibc

/// A folder that is being made beside its final name, which it gets only when it is complete.
///
/// A value that goes out of scope without ``commit()`` removes what was made.
struct FolderInProgress: ~Copyable {
  /// Where the folder is until it is complete.
  let path: String
  private let target: String
  private var isComplete = false

  /// Makes an empty folder.
  ///
  /// - Parameter target: The final name; nothing may be there, or an empty folder.
  /// - Throws: ``ModelExchangeError`` if there is something, or no folder can be made.
  init(for target: String) throws(ModelExchangeError) {
    (path, self.target) = try Self.made(for: target)
  }

  /// The folder's present and final names, the first one being made.
  private static func made(
    for target: String
  ) throws(ModelExchangeError) -> (path: String, target: String) {
    var target = target
    while target.count > 1, target.hasSuffix("/") { target.removeLast() }
    if let content = try? FileManager.default.contentsOfDirectory(atPath: target) {
      guard content.isEmpty else { throw .exists(path: target) }
    } else if FileManager.default.fileExists(atPath: target) {
      throw .exists(path: target)
    }
    let parts = target.split(separator: "/", omittingEmptySubsequences: false)
    let parent = parts.dropLast().joined(separator: "/")
    let folder = parts.count == 1 ? "." : parent.isEmpty ? "/" : parent
    let path = "\(folder)/.\(parts.last ?? "model").\(getpid()).partial"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    } catch {
      throw .unwritable(path: target, reason: "no folder can be made in \(folder)")
    }
    return (path, target)
  }

  deinit {
    if !isComplete { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Makes a folder inside.
  func makeFolder(_ name: String) throws(ModelExchangeError) {
    do {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: "\(path)/\(name)", reason: "the folder cannot be made")
    }
  }

  /// Gives the folder its name.
  consuming func commit() throws(ModelExchangeError) {
    // An empty folder is replaced by renaming.
    guard rename(path, target) == 0 else {
      throw .unwritable(path: target, reason: String(cString: strerror(errno)))
    }
    isComplete = true
  }
}
