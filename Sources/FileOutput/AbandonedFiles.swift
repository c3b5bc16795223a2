import Glibc

/// Removes the temporary files that killed writes have left in a folder.
///
/// A file that is being written, by this or another process, is locked and stays; so do files whose
/// names ``AtomicFile`` does not give.
///
/// - Parameter folder: A folder; nothing happens if there is none.
/// - Returns: The paths of the files that were removed, sorted.
@discardableResult
public func removeAbandonedFiles(in folder: String) -> [String] {
  removeAbandoned(in: folder, where: { _ in true }, by: { unlink($0) == 0 })
}

/// Removes what has a temporary name that is chosen and is not being written.
///
/// - Parameters:
///   - folder: A folder.
///   - isChosen: Tells by their names.
///   - remove: Removes one; whether it succeeded.
/// - Returns: The paths of what was removed, sorted.
@discardableResult
func removeAbandoned(
  in folder: String, where isChosen: (_ name: String) -> Bool,
  by remove: (_ path: String) -> Bool
) -> [String] {
  guard let entries = opendir(folder) else { return [] }
  defer { closedir(entries) }
  var removed: [String] = []
  while let entry = readdir(entries) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard isTemporaryName(name), isChosen(name) else { continue }
    let path = folder + "/" + name
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { continue }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, remove(path) else { continue }
    removed.append(path)
  }
  return removed.sorted()
}

/// Whether a name reads `.NAME.PROCESS-SERIAL.partial`.
private func isTemporaryName(_ name: String) -> Bool {
  guard name.first == ".", name.hasSuffix(".partial") else { return false }
  let parts = name.dropLast(".partial".count).split(separator: ".")
  guard parts.count >= 2, let numbers = parts.last?.split(separator: "-"), numbers.count == 2 else {
    return false
  }
  return numbers.allSatisfy { $0.allSatisfy { ("0"..."9").contains($0) } }
}
