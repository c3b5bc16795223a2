/// What can go wrong with a safetensors file.
public enum SafetensorsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system refused to open or map the file.
  case unreadable(path: String, reason: String)
  /// The file is shorter than its first bytes promise.
  case truncated(path: String, expectedBytes: Int, foundBytes: Int)
  /// The header as a whole cannot be used.
  case invalidHeader(path: String, problem: String)
  /// The header's entry for one tensor contradicts itself, another entry or the size of the file.
  case invalidTensor(path: String, name: String, problem: String)
  /// The file has no tensor of that name.
  case missingTensor(path: String, name: String, available: Int)
  /// The tensor's elements are of another type than the one asked for.
  case unexpectedType(path: String, name: String, expected: String, found: SafetensorsDataType)
  /// What was given to be written does not make a file.
  case invalidEntry(path: String, name: String, problem: String)
  /// The system refused to write the file.
  case unwritable(path: String, reason: String)

  /// One line: the file, what is wrong, what was expected and found, what to do.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .truncated(let path, let expected, let found):
      "\(path): the file has \(found) bytes where its header promises at least \(expected); "
        + "it was cut off or is no safetensors file: copy or make it again"
    case .invalidHeader(let path, let problem):
      "\(path): unusable safetensors header: \(problem); the file is damaged or of another "
        + "format: copy or make it again"
    case .invalidTensor(let path, let name, let problem):
      "\(path): tensor \"\(name)\": \(problem); the file is damaged: copy or make it again"
    case .missingTensor(let path, let name, let available):
      "\(path): no tensor \"\(name)\" among the \(available) of this file; it was made for "
        + "another network or by another version"
    case .unexpectedType(let path, let name, let expected, let found):
      "\(path): tensor \"\(name)\" holds \(found.rawValue), expected \(expected)"
    case .invalidEntry(let path, let name, let problem):
      "\(path): tensor \"\(name)\" cannot be written: \(problem)"
    case .unwritable(let path, let reason):
      "\(path): cannot be written: \(reason)"
    }
  }
}
