public import Datasets

extension Workspace {
  /// Opens the dataset to work on.
  ///
  /// - Parameters:
  ///   - path: A dataset; nil takes the one that the workspace was last used with.
  ///   - groups: A CSV table with the columns `case` and `group`, in place of the groups that the
  ///     dataset's own table has; nil takes the one that was last used with this dataset.
  /// - Returns: The dataset.
  /// - Throws: ``WorkspaceError/problems(path:lines:errorCount:)`` if it cannot be opened, with
  ///   everything that is wrong with it.
  public func dataset(
    _ path: String?, groups: String? = nil
  ) throws(WorkspaceError) -> Dataset {
    guard let path = path ?? state.dataset else { throw .noDataset(workspace: folder) }
    // The absolute path, so that commands from another folder still find the files.
    let whole = absolute(path)
    let state = state
    let table = groups.map(absolute) ?? (state.dataset == whole ? state.groups : nil)
    var dataset: Dataset
    do throws(DatasetError) {
      dataset = try Dataset(contentsOf: whole, variables: variables)
    } catch {
      guard exists(whole) else { throw .dataset(error) }
      try refuse(report(on: whole, groups: table), path: whole)
      throw .dataset(error)
    }
    if let table {
      guard groups != nil || exists(table) else {
        throw .input(
          path: table,
          problem: "the table of groups that \(folder) was made with is gone; put it back, or give "
            + "another with --groups")
      }
      do throws(DatasetError) {
        dataset = try dataset.grouped(by: CaseGroups(contentsOf: table))
      } catch {
        throw .dataset(error)
      }
    }
    try remember {
      $0.dataset = whole
      $0.groups = table
    }
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
    let report = report(on: path, groups: state.groups)
    try refuse(report, path: path)
    for line in report.lines { observer.message(line) }
    try remember { $0.checked = stamp }
    return true
  }

  private func report(on path: String, groups: String?) -> DatasetCheck.Report {
    var settings = DatasetCheck.Settings()
    settings.variables = variables
    settings.groups = groups
    settings.progress = { [observer] in observer.progress("check", $0, $1) }
    return DatasetCheck(settings).report(on: path)
  }

  private func refuse(
    _ report: DatasetCheck.Report, path: String
  ) throws(WorkspaceError) {
    let errors = report.problems.filter { $0.severity == .error }
    guard !errors.isEmpty else { return }
    throw .problems(path: path, lines: report.lines, errorCount: errors.count)
  }
}
