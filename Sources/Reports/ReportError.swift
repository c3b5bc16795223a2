import VolumeFiles

/// Why a report could not be made.
public enum ReportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The picture could not be written.
  case unwritable(path: String, reason: String)

  /// One line: the file and what is wrong.
  public var description: String {
    switch self {
    case .unwritable(let path, let reason):
      reason.hasPrefix(path) ? reason : "\(path): cannot be written: \(reason)"
    }
  }
}

extension RasterImage {
  /// Writes the picture as PNG.
  ///
  /// - Parameter path: The name; its folder must exist. The file appears when it is complete.
  /// - Throws: ``ReportError/unwritable(path:reason:)``.
  public func write(to path: String) throws(ReportError) {
    do throws(VolumeFileError) {
      try PNGFile.write(rgb: bytes, width: width, height: height, to: path)
    } catch {
      throw .unwritable(path: path, reason: "\(error)")
    }
  }
}
