import JSONDocuments
import Parallelism

/// Looks for everything in a dataset that would spoil a training hours later, all of it in one go.
///
/// A file that cannot be read does not stop the search.
public struct DatasetCheck: Sendable {
  /// Something wrong with one file.
  public struct Problem: Sendable, Equatable, CustomStringConvertible {
    /// Whether training makes sense in spite of it.
    public enum Severity: Sendable, Equatable {
      /// Training would fail or learn nonsense.
      case error
      /// Probably an oversight.
      case warning
      /// Unusual, and handled: nothing to do.
      case note
    }

    /// The path of the file or folder.
    public let file: String
    /// What is wrong, expected and found, and what to do.
    public let what: String
    /// Whether training makes sense in spite of it.
    public let severity: Severity

    /// A problem with a file.
    public init(file: String, what: String, severity: Severity) {
      self.file = file
      self.what = what
      self.severity = severity
    }

    /// The file and what is wrong, on one line.
    public var description: String {
      "\(file): \(severity.prefix)\(what)"
    }
  }

  /// What is tolerated, and whom to tell.
  public struct Settings: Sendable {
    /// How far grids of one case may lie apart, as a part of the image's smallest spacing.
    public var gridTolerance = CaseImages.gridTolerance
    /// Values of the `$NAME`s in paths of `dataset.json`.
    public var variables: [String: String] = [:]
    /// Called after each case with the numbers of cases done and in all, from one thread at a time.
    public var progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }

    /// A tenth of a voxel, no variables, no progress.
    public init() {}
  }

  /// Every problem, and how much was looked at.
  public struct Report: Sendable {
    /// The problems, those of `dataset.json` first, then case by case.
    public let problems: [Problem]
    /// Number of cases found.
    public let caseCount: Int

    /// Whether there is anything that training should not start with.
    public var hasErrors: Bool { problems.contains { $0.severity == .error } }

    /// One line per file with everything that is wrong with it.
    public var lines: [String] {
      var order: [String] = []
      var texts: [String: [String]] = [:]
      for problem in problems {
        if texts[problem.file] == nil { order.append(problem.file) }
        texts[problem.file, default: []].append(
          problem.severity.prefix + problem.what)
      }
      return order.map { "\($0): \((texts[$0] ?? []).joined(separator: "; "))" }
    }
  }

  /// What is tolerated, and whom to tell.
  public var settings: Settings

  /// A check.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// Checks a dataset, reading every file of every case.
  ///
  /// - Parameter path: A folder with a `dataset.json`, or a CSV table.
  /// - Returns: Every problem found; nothing is thrown.
  /// - Complexity: One image and one label map per thread in memory.
  public func report(on path: String) -> Report {
    var survey = DatasetSurvey(path: path, variables: settings.variables)
    let cases = survey.cases
    let expected = survey.expectations
    let progress = Progress { [settings] done in settings.progress(done, cases.count) }
    let findings = parallelMap(cases.count) { index in
      defer { progress.advance() }
      return CaseFindings(cases[index], expected: expected, gridTolerance: settings.gridTolerance)
    }
    survey.compare(findings)
    return Report(
      problems: survey.problems + findings.flatMap(\.problems), caseCount: cases.count)
  }
}

extension DatasetCheck.Problem {
  /// A problem from an error whose text begins with the file.
  init(_ description: String, file: String, severity: Severity = .error) {
    let prefix = file + ": "
    self.init(
      file: file,
      what: description.hasPrefix(prefix)
        ? String(description.dropFirst(prefix.count)) : description, severity: severity)
  }
}

extension DatasetCheck.Problem.Severity {
  /// What stands before the text of a problem.
  var prefix: String {
    switch self {
    case .error: ""
    case .warning: "warning: "
    case .note: "note: "
    }
  }
}
