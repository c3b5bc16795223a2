import Workspaces

#if canImport(Glibc)
  import Glibc
#endif

extension WorkspaceOptions {
  /// The workspace, telling the console what it does.
  func open(_ console: Console) -> Workspace {
    Workspace(workspace, observer: console.observer, variables: environmentVariables())
  }
}

/// The environment, for the `$NAME`s in paths of a `dataset.json`.
func environmentVariables() -> [String: String] {
  var variables: [String: String] = [:]
  var entry = environ
  while let text = entry.pointee {
    let parts = String(cString: text).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
    entry += 1
  }
  return variables
}
