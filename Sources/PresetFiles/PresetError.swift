public import JSONDocuments

/// Why settings cannot be read from a preset.
public enum PresetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No preset has this name, and no file either.
  case unknownName(String, kind: String, available: [String])
  /// The file cannot be read as JSON.
  case file(JSONFileError)
  /// A field is missing, unknown or of the wrong kind.
  ///
  /// - Parameters:
  ///   - file: The file, or `preset` and a name.
  ///   - name: The field, with the path to it, such as `images[1].window`.
  ///   - expected: What it must be.
  ///   - folder: Where sound files are.
  case field(file: String, name: String, expected: String, folder: String)

  /// What is wrong where, and what to do, on one line.
  public var description: String {
    switch self {
    case .unknownName(let name, let kind, let available):
      "no \(kind) is called '\(name)': expected one of \(available.joined(separator: ", ")), or the"
        + " path of a .json file"
    case .file(let error): error.description
    case .field(let file, let name, let expected, let folder):
      "\(file): the field '\(name)' must be \(expected); compare with the files of \(folder)"
    }
  }
}
