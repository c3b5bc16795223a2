public import Datasets

extension DatasetConversion {
  /// Converts a dataset, after a look at the headers of all its files.
  ///
  /// - Parameters:
  ///   - path: A folder with a `dataset.json`, or a CSV table.
  ///   - target: The folder to make, called `DatasetNNN_Name`.
  ///   - settings: How to convert.
  ///   - observer: Told of every problem and of the progress.
  /// - Returns: The conversion, and what was made.
  /// - Throws: ``WorkspaceError/problems(path:lines:errorCount:)`` if files are missing, damaged or on
  ///   different grids, or ``WorkspaceError/dataset(_:)``; nothing is left then.
  public static func convert(
    _ path: String, into target: String, settings: Settings, observer: StepObserver
  ) throws(WorkspaceError) -> (conversion: DatasetConversion, outcome: Outcome) {
    var settings = settings
    settings.progress = { observer.progress("convert", $0, $1) }
    func refuse(_ problems: [DatasetCheck.Problem]) throws(WorkspaceError) {
      let errors = problems.filter { $0.severity == .error }.map(\.description)
      guard !errors.isEmpty else { return }
      throw .problems(path: path, lines: errors, errorCount: errors.count)
    }
    let conversion: DatasetConversion
    do throws(DatasetError) {
      // A table of groups that cannot be read is no reason to look at every image.
      if let groups = settings.groups { _ = try CaseGroups(contentsOf: groups) }
    } catch {
      throw .dataset(error)
    }
    do throws(DatasetError) {
      conversion = try DatasetConversion(of: path, into: target, settings: settings)
    } catch {
      switch error {
      // What concerns the new folder or the groups says enough by itself.
      case .conversion, .groups: throw .dataset(error)
      default:
        var check = DatasetCheck.Settings()
        check.variables = settings.variables
        if exists(path) { try refuse(DatasetCheck(check).report(on: path).problems) }
        throw .dataset(error)
      }
    }
    try refuse(conversion.problems())
    do throws(DatasetError) { return (conversion, try conversion.run()) } catch {
      throw .dataset(error)
    }
  }
}
