import FileOutput

extension Workspace {
  /// The workspaces that the current task has to itself.
  @TaskLocal private static var mine: Set<String> = []

  /// Runs a step while no other process, and no other task, runs one in the same workspace.
  ///
  /// Who comes second waits, and then finds done what the first has done. Steps may contain steps.
  func alone<Result>(
    _ step: () throws(WorkspaceError) -> Result
  ) throws(WorkspaceError) -> Result {
    if Self.mine.contains(absolute(folder)) { return try step() }
    try makeFolder(folder)
    let path = absolute(folder)
    let lock = FileLock("\(path)/.workspace.lock") {
      observer.message("waiting for another delineate that prepares \(folder)")
    }
    removeAbandonedFiles(in: path)
    let outcome = Self.$mine.withValue(Self.mine.union([path])) {
      () -> Swift.Result<Result, WorkspaceError> in
      do throws(WorkspaceError) { return .success(try step()) } catch { return .failure(error) }
    }
    lock.release()
    return try outcome.get()
  }

  /// Runs the training of a fold while no other process trains the same one.
  ///
  /// - Throws: ``WorkspaceError/foldInUse(folder:)`` if another does.
  func withFold<Result>(
    _ folder: String, _ training: () throws(WorkspaceError) -> Result
  ) throws(WorkspaceError) -> Result {
    // Beside the fold's folder, which may be moved aside.
    let slash = folder.lastIndex(of: "/") ?? folder.startIndex
    let file = folder[..<slash] + "/." + folder[folder.index(after: slash)...] + ".lock"
    guard let lock = FileLock(unlessHeld: String(file)) else {
      throw .foldInUse(folder: folder)
    }
    let outcome: Swift.Result<Result, WorkspaceError>
    do throws(WorkspaceError) { outcome = .success(try training()) } catch {
      outcome = .failure(error)
    }
    lock.release()
    return try outcome.get()
  }
}
