public import FileOutput

/// What can go wrong with a zip archive.
public enum ZipError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system refused to open or map the file.
  case unreadable(path: String, reason: String)
  /// The file is no zip archive, or its end is missing.
  case notAnArchive(path: String, problem: String)
  /// The list of entries contradicts itself or the size of the file.
  case damagedDirectory(path: String, problem: String)
  /// One entry contradicts itself, another entry or the size of the file, or would leave its folder.
  case invalidEntry(path: String, name: String, problem: String)
  /// One entry needs something that is not read here: encryption, another compression.
  case unsupportedEntry(path: String, name: String, problem: String)
  /// One entry would become larger than the reader has room for.
  case tooLarge(path: String, name: String, bytes: Int, limit: Int)
  /// The archive has no entry of that name.
  case missingEntry(path: String, name: String)
  /// What was given to be written does not make an archive.
  case unwritable(path: String, reason: String)
  /// A file cannot be written.
  case output(FileOutputError)

  /// One line: the file, what is wrong, what to do.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .notAnArchive(let path, let problem):
      "\(path): no zip archive: \(problem); the file was cut off or is of another format: copy or "
        + "make it again"
    case .damagedDirectory(let path, let problem):
      "\(path): damaged zip archive: \(problem); copy or make it again"
    case .invalidEntry(let path, let name, let problem):
      "\(path): zip entry \(quoted(name)): \(problem); do not use this archive"
    case .unsupportedEntry(let path, let name, let problem):
      "\(path): zip entry \(quoted(name)): \(problem); pack it again without"
    case .tooLarge(let path, let name, let bytes, let limit):
      "\(path): zip entry \(quoted(name)) claims \(bytes) bytes, at most \(limit) are expected; do "
        + "not use this archive"
    case .missingEntry(let path, let name): "\(path): no zip entry \(quoted(name))"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .output(let error): error.description
    }
  }
}

/// A name from a file in quotes, on one line and of bounded length.
package func quoted(_ name: String) -> String {
  var text = "\""
  for scalar in name.unicodeScalars.prefix(120) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
      text += "\\u{" + String(scalar.value, radix: 16) + "}"
    default: text.unicodeScalars.append(scalar)
    }
  }
  return text + (name.unicodeScalars.count > 120 ? "...\"" : "\"")
}
