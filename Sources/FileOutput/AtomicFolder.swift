import FoundationEssentials
import Glibc

/// A folder being filled beside its final name, which it takes only when it is complete.
///
/// A value that goes out of scope without ``commit()`` removes what was written. A killed process leaves it behind, hidden, with the ending
/// `.partial`; the next one that begins a folder of the same name removes it.
public struct AtomicFolder: ~Copyable {
  /// The name that the folder takes when it is complete.
  public let path: String
  /// The temporary name, beside the final one.
  public let temporaryPath: String
  private let descriptor: Int32
  /// The hidden name that a folder being replaced has for a moment; nil where nothing is replaced.
  private let earlierPath: String?
  private var hasItsName = false

  /// Begins a folder where there is none.
  ///
  /// - Parameter path: The final name, where nothing or an empty folder may be; the folder it lies in must exist.
  /// - Throws: ``FileOutputError/exists(path:)`` or ``FileOutputError/refused(path:step:reason:)``.
  public init(creating path: String) throws(FileOutputError) {
    let final = withoutSlashAtEnd(path)
    switch content(of: final) {
    case .nothing, .emptyFolder: break
    case .folder, .other: throw .exists(path: final)
    }
    try self.init(final, earlierPath: nil)
  }

  /// Begins a folder that takes the place of an earlier one, which stays until then.
  ///
  /// - Parameter path: The final name, where nothing or a folder may be; the folder it lies in must exist.
  /// - Throws: ``FileOutputError/exists(path:)`` if there is something else, or ``FileOutputError/refused(path:step:reason:)``.
  public init(replacing path: String) throws(FileOutputError) {
    let final = withoutSlashAtEnd(path)
    let (folder, name) = split(final)
    let earlier = "\(folder).\(shortened(name)).earlier"
    // A process that was killed between the two steps of replacing has left the earlier folder without its name.
    if content(of: final) == .nothing { _ = rename(earlier, final) }
    if content(of: final) == .other { throw .exists(path: final) }
    try self.init(final, earlierPath: earlier)
  }

  private init(_ path: String, earlierPath: String?) throws(FileOutputError) {
    let (folder, name) = split(path)
    let beside = folder + "." + shortened(name)
    removeAbandoned(
      in: folder.isEmpty ? "." : folder, where: { $0.hasPrefix(".\(shortened(name)).") },
      by: { (try? FileManager.default.removeItem(atPath: $0)) != nil })
    var (descriptor, temporary) = (Int32(-1), "")
    for number in 1...100 where descriptor < 0 {
      temporary = "\(beside).\(getpid())-\(number).partial"
      guard mkdir(temporary, 0o777) == 0 else {
        if errno == EEXIST { continue }
        break
      }
      descriptor = lockedIfThere(temporary)
    }
    guard descriptor >= 0 else {
      throw .refused(path: path, step: .create, reason: lastReason())
    }
    self.path = path
    self.earlierPath = earlierPath
    self.descriptor = descriptor
    temporaryPath = temporary
  }

  deinit {
    if !hasItsName { try? FileManager.default.removeItem(atPath: temporaryPath) }
    close(descriptor)
  }

  /// Gives the folder its final name; the files in it must be on the disk already.
  ///
  /// - Throws: ``FileOutputError/exists(path:)`` if somebody else has taken the name meanwhile, or
  ///   ``FileOutputError/refused(path:step:reason:)``; what is there then stays.
  public consuming func commit() throws(FileOutputError) {
    // Network file systems cannot sync a folder, which is no failure.
    _ = fsync(descriptor)
    // An empty folder of that name is replaced, anything else makes this fail.
    if rename(temporaryPath, path) == 0 {
      hasItsName = true
      return
    }
    guard errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR else {
      throw .refused(path: path, step: .rename, reason: lastReason())
    }
    guard let earlierPath, content(of: path) == .folder else { throw .exists(path: path) }
    try replace(movingTo: earlierPath)
    hasItsName = true
  }

  /// Moves the earlier folder away, gives the new one its name, and only then removes the earlier one.
  private func replace(movingTo earlier: String) throws(FileOutputError) {
    try? FileManager.default.removeItem(atPath: earlier)
    guard rename(path, earlier) == 0 else {
      throw .refused(path: path, step: .rename, reason: lastReason())
    }
    guard rename(temporaryPath, path) == 0 else {
      let reason = lastReason()
      _ = rename(earlier, path)
      throw .refused(path: path, step: .rename, reason: reason)
    }
    try? FileManager.default.removeItem(atPath: earlier)
  }
}

/// What stands under a name.
private enum Content {
  case nothing, emptyFolder, folder, other
}

private func content(of path: String) -> Content {
  var status = stat()
  // A link that leads nowhere is something too.
  guard lstat(path, &status) == 0 else { return .nothing }
  guard status.st_mode & S_IFMT == S_IFDIR else { return .other }
  guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
    return .folder
  }
  return names.isEmpty ? .emptyFolder : .folder
}

private func withoutSlashAtEnd(_ path: String) -> String {
  var name = path[...]
  while name.count > 1, name.hasSuffix("/") { name.removeLast() }
  return String(name)
}

/// A locked descriptor of a new folder, which tells it from one that a killed process has left; -1 if somebody who tidied up has just
/// removed it.
private func lockedIfThere(_ folder: String) -> Int32 {
  let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { return -1 }
  _ = flock(descriptor, LOCK_EX | LOCK_NB)
  var own = stat()
  if fstat(descriptor, &own) == 0, own.st_nlink > 0 { return descriptor }
  close(descriptor)
  return -1
}
