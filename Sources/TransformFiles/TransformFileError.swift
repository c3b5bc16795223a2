public import VolumeFiles

/// Why a transform's file could not be read or written.
public enum TransformFileError: Error, Equatable, Sendable {
  /// The operating system did not let the file be opened or read.
  case unreadable(path: String, reason: String)
  /// The file is of no kind that this module reads.
  case unknownFormat(path: String)
  /// A valid file that uses something this module does not read or write.
  case unsupported(path: String, feature: String, cure: String)
  /// The file contradicts itself or its format; `line` is 0 where lines mean nothing.
  case damaged(path: String, line: Int, problem: String)
  /// An image that cannot be a field of displacements.
  case notAField(path: String, problem: String)
  /// The image file that holds a field could not be read or written.
  case image(VolumeFileError)
  /// The output could not be written.
  case unwritable(reason: String)
}

extension TransformFileError: CustomStringConvertible {
  /// One line: the path, what is wrong, expected and found, what to do.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read (\(reason)); check the name and the permissions"
    case .unknownFormat(let path):
      "\(path): no transform that can be read; expected ITK's text format (.tfm, .txt), a 4 x 4"
        + " matrix, ANTs' .mat, or a displacement field as an image"
    case .unsupported(let path, let feature, let cure):
      "\(path): \(feature) not supported; \(cure)"
    case .damaged(let path, let line, let problem):
      "\(path)\(line > 0 ? ", line \(line)" : ""): damaged transform: \(problem); write the"
        + " transform again"
    case .notAField(let path, let problem):
      "\(path): no displacement field: \(problem)"
    case .image(let error):
      error.description
    case .unwritable(let reason):
      reason
    }
  }
}
