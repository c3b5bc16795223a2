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
    let conversion: DatasetConversion
    do throws(DatasetError) {
      conversion = try DatasetConversion(of: path, into: target, settings: settings)
    } catch {
      throw .dataset(error)
    }
    let lines = conversion.problems().map(\.description)
    guard lines.isEmpty else {
      for line in lines { observer.message(line) }
      throw .problems(path: path, lines: lines, errorCount: lines.count)
    }
    do throws(DatasetError) { return (conversion, try conversion.run()) } catch {
      throw .dataset(error)
    }
  }
}
