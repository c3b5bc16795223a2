public import JSONDocuments

/// A dataset, or a file that belongs to one, which cannot be used as it is.
public enum DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file or folder cannot be opened.
  case unreadable(path: String, reason: String)
  /// A file is not JSON.
  case notJSON(path: String, JSONSyntaxError)
  /// A field is missing.
  case missingField(path: String, field: String)
  /// A field has a value of another kind.
  case wrongField(path: String, field: String, expected: String, found: String)
  /// The labels break a rule.
  case labels(path: String, LabelSetProblem)
  /// The folder holds no training case.
  case noCases(path: String, expected: String)
  /// A table has a line that does not fit its header.
  case table(path: String, line: Int, problem: String)
  /// There are fewer cases than folds.
  case tooFewCases(count: Int, folds: Int)
  /// A split names no case, or one that the dataset does not have.
  case split(path: String, problem: String)
  /// A table of groups does not fit the dataset.
  case groups(path: String, problem: String)
  /// A file of a case cannot be read.
  case unreadableCase(id: String, problem: String)
  /// A case has no label file.
  case noLabels(id: String)
  /// The files of a case lie on different grids.
  case gridMismatch(id: String, path: String, expected: String, found: String)
  /// A case has another number of channels than the dataset.
  case channelCount(id: String, expected: Int, found: Int)
  /// A dataset cannot be made in another form.
  case conversion(path: String, problem: String)
  /// Somebody asked to stop before the work was done.
  case interrupted
  /// A file cannot be written.
  case unwritable(path: String, reason: String)

  /// What, where, expected and found, what to do: one line.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .notJSON(let path, let error): "\(path): not JSON: \(error)"
    case .missingField(let path, let field): "\(path): the field \"\(field)\" is missing; add it"
    case .wrongField(let path, let field, let expected, let found):
      "\(path): field \"\(field)\": expected \(expected), found \(found)"
    case .labels(let path, let problem): "\(path): labels: \(problem)"
    case .noCases(let path, let expected):
      "\(path): no training case found; expected \(expected)"
    case .table(let path, let line, let problem): "\(path): line \(line): \(problem)"
    case .tooFewCases(let count, let folds):
      "\(count) cases or groups cannot be split into \(folds) folds; add cases or train on fold \"all\""
    case .split(let path, let problem), .groups(let path, let problem),
      .conversion(let path, let problem):
      "\(path): \(problem)"
    case .interrupted: "stopped before it was done; nothing was written"
    case .unreadableCase(let id, let problem): "case \(id): \(problem)"
    case .noLabels(let id): "case \(id): has no label file"
    case .gridMismatch(let id, let path, let expected, let found):
      "case \(id): \(path): lies on another grid than the case's first image: "
        + "expected \(expected), found \(found); resample it onto that image"
    case .channelCount(let id, let expected, let found):
      "case \(id): expected \(expected) channels, found \(found)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}

extension DatasetError {
  init(_ error: JSONFileError) {
    switch error {
    case .unreadable(let path, let reason): self = .unreadable(path: path, reason: reason)
    case .syntax(let path, let error): self = .notJSON(path: path, error)
    }
  }
}
