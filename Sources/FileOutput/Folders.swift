import Glibc

/// Makes a folder and those above it that are missing.
///
/// - Parameter path: The folder; nothing happens if it is there.
/// - Throws: ``FileOutputError/refused(path:step:reason:)`` naming the first folder that cannot be
///   made.
public func createFolder(_ path: String) throws(FileOutputError) {
  var current = path.hasPrefix("/") ? "" : "."
  for name in path.split(separator: "/") {
    current += "/" + name
    if mkdir(current, 0o777) == 0 { continue }
    let reason = lastReason()
    var status = stat()
    guard stat(current, &status) == 0 else {
      throw .refused(path: current, step: .createFolder, reason: reason)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .refused(path: current, step: .createFolder, reason: "it is no folder")
    }
  }
}

/// The folder that a file or folder lies in, by its name alone.
///
/// - Parameter path: A path; slashes at its end do not count.
/// - Returns: The path without its last name, or of `.` and `..` with one more `..`; `.` where there is no other name, `/` where that is all.
public func enclosingFolder(of path: String) -> String {
  var parts = path.split(separator: "/", omittingEmptySubsequences: false)
  while parts.count > 1, parts.last == "" { parts.removeLast() }
  if parts.last == "." || parts.last == ".." { return path + "/.." }
  parts.removeLast()
  if parts == [""] { return "/" }
  return parts.isEmpty ? "." : parts.joined(separator: "/")
}

/// Whether there is a folder of this name.
public func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether files may be made in a folder.
///
/// - Parameter path: A folder that exists.
/// - Returns: What the system says before anything is tried.
public func isWritableFolder(_ path: String) -> Bool { access(path, W_OK) == 0 }

/// Bytes that are free on the disk of a folder, for users without special rights.
///
/// - Parameter path: A folder that exists.
/// - Returns: The bytes, or nil where the system does not say.
package func freeBytes(onDiskOf path: String) -> Int? {
  var disk = statvfs()
  guard statvfs(path, &disk) == 0 else { return nil }
  let (bytes, isHuge) = Int(clamping: disk.f_bavail)
    .multipliedReportingOverflow(by: Int(clamping: disk.f_frsize))
  return isHuge ? .max : bytes
}
