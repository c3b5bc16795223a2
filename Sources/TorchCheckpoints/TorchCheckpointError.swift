public import ZipArchives

/// What can go wrong with a checkpoint of PyTorch.
public enum TorchCheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, or the archive it is, cannot be read or written.
  case archive(ZipError)
  /// The file is no checkpoint that is read: of another format, or of PyTorch before version 1.6.
  case notACheckpoint(path: String, problem: String)
  /// The list of objects contradicts itself or the size of the file.
  case damaged(path: String, problem: String)
  /// An object that is needed is none a checkpoint of weights holds. Nothing of it was executed.
  case foreignObject(path: String, name: String, place: String)
  /// A part that is needed is missing or of another kind.
  case missing(path: String, name: String, problem: String)
  /// A tensor contradicts its storage, or the storage the file.
  case invalidTensor(path: String, name: String, problem: String)

  /// One line: the file, what is wrong, what to do.
  public var description: String {
    switch self {
    case .archive(let error): error.description
    case .notACheckpoint(let path, let problem): "\(path): no PyTorch checkpoint: \(problem)"
    case .damaged(let path, let problem):
      "\(path): damaged PyTorch checkpoint: \(problem); copy or make it again"
    case .foreignObject(let path, let name, let place):
      "\(path): \(place) asks for \(quoted(name)), which no checkpoint of weights holds; nothing "
        + "was executed; do not use this file unless you know where it comes from"
    case .missing(let path, let name, let problem):
      "\(path): the checkpoint's \(quoted(name)) \(problem); it was not written by nnU-Net v2"
    case .invalidTensor(let path, let name, let problem):
      "\(path): tensor \(quoted(name)): \(problem); the file is damaged: copy or make it again"
    }
  }
}
