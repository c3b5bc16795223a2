import FoundationEssentials

/// The last part of a path.
func fileName(of path: String) -> String {
  String(path.split(separator: "/").last ?? "")
}

/// Whether two names stand for the same file.
func samePlace(_ a: String, _ b: String) -> Bool {
  func resolved(_ path: String) -> String {
    URL(filePath: path).resolvingSymlinksInPath().path
  }
  return resolved(a) == resolved(b)
}
