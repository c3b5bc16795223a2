public import Datasets

extension Workspace {
  /// Opens the dataset to work on.
  ///
  /// - Parameter path: A dataset; nil takes the one that the workspace was last used with.
  /// - Returns: The dataset.
  /// - Throws: ``WorkspaceError/problems(path:lines:errorCount:)`` if it cannot be opened, with
  ///   everything that is wrong with it.
  public func dataset(_ path: String?) throws(WorkspaceError) -> Dataset {
    guard let path = path ?? state.dataset else { throw .noDataset(workspace: folder) }
    // The absolute path, so that commands from another folder still find the files.
    let whole = absolute(path)
    let dataset: Dataset
    do throws(DatasetError) {
      dataset = try Dataset(contentsOf: whole, variables: variables)
    } catch {
      guard exists(whole) else { throw .dataset(error) }
      try refuse(report(on: whole), path: whole)
      throw .dataset(error)
    }
    try remember { $0.dataset = whole }
    return dataset
  }

  /// Checks the dataset unless the same files were found good before.
  ///
  /// - Returns: Whether anything had to be checked.
  /// - Throws: ``WorkspaceError/problems(path:lines:errorCount:)`` if a problem is an error.
  @discardableResult
  public func check(_ dataset: Dataset) throws(WorkspaceError) -> Bool {
    let stamp = dataset.filesDigest + dataset.descriptionDigest
    if state.checked == stamp { return false }
    let path = dataset.path
    observer.message("checking the \(dataset.cases.count) cases of \(dataset.name)")
    let report = report(on: path)
    for problem in report.problems where problem.severity != .error {
      observer.message(problem.description)
    }
    try refuse(report, path: path)
    try remember { $0.checked = stamp }
    return true
  }

  private func report(on path: String) -> DatasetCheck.Report {
    var settings = DatasetCheck.Settings()
    settings.variables = variables
    settings.progress = { [observer] in observer.progress("check", $0, $1) }
    return DatasetCheck(settings).report(on: path)
  }

  private func refuse(
    _ report: DatasetCheck.Report, path: String
  ) throws(WorkspaceError) {
    let errors = report.problems.filter { $0.severity == .error }
    guard !errors.isEmpty else { return }
    for line in report.lines { observer.message(line) }
    throw .problems(path: path, lines: report.lines, errorCount: errors.count)
  }
}
