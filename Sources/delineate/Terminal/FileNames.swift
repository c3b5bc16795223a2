import FoundationEssentials

/// The last part of a path.
func fileName(of path: String) -> String {
  String(path.split(separator: "/").last ?? "")
}

/// The last parts of paths, or the paths where those do not tell them apart.
func shortNames(of paths: [String]) -> [String] {
  let names = paths.map(fileName(of:))
  return Set(names).count == Set(paths).count ? names : paths
}

/// Whether two names stand for the same file.
func samePlace(_ a: String, _ b: String) -> Bool {
  func resolved(_ path: String) -> String {
    URL(filePath: path).resolvingSymlinksInPath().path
  }
  return resolved(a) == resolved(b)
}
