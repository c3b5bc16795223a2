/// Why a phantom dataset could not be written.
public enum PhantomError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file or folder could not be written.
  case unwritable(path: String, reason: String)

  /// One line: the file and what is wrong.
  public var description: String {
    switch self {
    case .unwritable(let path, let reason):
      reason.hasPrefix(path) ? reason : "\(path): cannot be written: \(reason)"
    }
  }
}
