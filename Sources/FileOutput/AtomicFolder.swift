import FoundationEssentials
import Glibc

/// A folder being filled beside its final name, which it takes only when it is complete.
///
/// Nothing that exists is replaced. A value that goes out of scope without ``commit()`` removes what
/// was written; a killed process leaves it behind, hidden, with the ending `.partial`.
public struct AtomicFolder: ~Copyable {
  /// The name that the folder takes when it is complete.
  public let path: String
  /// The temporary name, beside the final one.
  public let temporaryPath: String
  private var hasItsName = false

  /// Creates the temporary folder.
  ///
  /// - Parameter path: The final name, which must not exist; the folder it lies in must.
  /// - Throws: ``FileOutputError/exists(path:)`` or ``FileOutputError/refused(path:step:reason:)``.
  public init(creating path: String) throws(FileOutputError) {
    var name = path[...]
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    let final = String(name)
    var status = stat()
    // A link that leads nowhere is something too.
    guard lstat(final, &status) != 0 else { throw .exists(path: final) }
    let slash = final.lastIndex(of: "/").map { final.index(after: $0) } ?? final.startIndex
    let beside = final[..<slash] + "." + final[slash...].prefix(200)
    var temporary = ""
    for number in 1...100 {
      temporary = "\(beside).\(getpid())-\(number).partial"
      if mkdir(temporary, 0o777) == 0 { break }
      guard errno == EEXIST, number < 100 else {
        throw .refused(path: final, step: .create, reason: String(cString: strerror(errno)))
      }
    }
    self.path = final
    temporaryPath = temporary
  }

  deinit {
    if !hasItsName { try? FileManager.default.removeItem(atPath: temporaryPath) }
  }

  /// Gives the folder its final name; the files in it must be on the disk already.
  ///
  /// - Throws: ``FileOutputError/exists(path:)`` if somebody else has taken the name meanwhile, or
  ///   ``FileOutputError/refused(path:step:reason:)``.
  public consuming func commit() throws(FileOutputError) {
    let handle = open(temporaryPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // Network file systems cannot sync a folder, which is no failure.
    if handle >= 0 {
      _ = fsync(handle)
      close(handle)
    }
    // An empty folder of that name would be replaced without a word, which harms nobody; anything
    // else makes this fail.
    guard rename(temporaryPath, path) == 0 else {
      if errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR { throw .exists(path: path) }
      throw .refused(path: path, step: .rename, reason: String(cString: strerror(errno)))
    }
    hasItsName = true
  }
}
