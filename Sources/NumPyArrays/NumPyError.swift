public import ZipArchives

/// What can go wrong with numpy's files.
public enum NumPyError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The archive, or the file, cannot be read or written.
  case archive(ZipError)
  /// An array's header contradicts itself or the size of the file.
  case damaged(path: String, problem: String)
  /// An array's elements are of a type that is not read.
  case unsupportedType(path: String, type: String)
  /// An archive has no array of that name.
  case missingArray(path: String, name: String, available: [String])
  /// What was given to be written does not make an array.
  case invalidArray(path: String, name: String, problem: String)

  /// One line: the file, what is wrong, what to do.
  public var description: String {
    switch self {
    case .archive(let error): error.description
    case .damaged(let path, let problem):
      "\(path): damaged numpy array: \(problem); write it again with numpy.save"
    case .unsupportedType(let path, let type):
      "\(path): a numpy array of type \(quoted(type)) is not read; write it as float32"
    case .missingArray(let path, let name, let available):
      "\(path): no array \(quoted(name)), only \(available.map(quoted).joined(separator: ", "))"
    case .invalidArray(let path, let name, let problem):
      "\(path): array \(quoted(name)) cannot be written: \(problem)"
    }
  }
}
