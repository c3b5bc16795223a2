import FoundationEssentials

/// The folder that a file or folder lies in, by its name alone.
func enclosingFolder(of path: String) -> String {
  var parts = path.split(separator: "/", omittingEmptySubsequences: false)
  while parts.count > 1, parts.last == "" { parts.removeLast() }
  if parts.last == "." || parts.last == ".." { return path + "/.." }
  parts.removeLast()
  if parts == [""] { return "/" }
  return parts.isEmpty ? "." : parts.joined(separator: "/")
}

/// Whether there is a folder of this name.
func isFolder(_ path: String) -> Bool {
  var isFolder = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
}
