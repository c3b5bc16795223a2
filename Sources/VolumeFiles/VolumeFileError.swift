public import FileOutput
public import ZipArchives

/// Why an image file could not be read or written.
public enum VolumeFileError: Error, Equatable, Sendable {
  /// The operating system did not let the file be opened or read.
  case unreadable(path: String, reason: String)
  /// The name's ending belongs to no format this module knows.
  case unknownFormat(path: String)
  /// The header contradicts itself or its format.
  case damagedHeader(path: String, problem: String)
  /// The archive of numpy is not sound.
  case archive(ZipError)
  /// The file ends before the voxels that its header promises; bytes are counted without
  /// compression.
  case truncated(path: String, expectedBytes: Int, foundBytes: Int)
  /// The compressed voxels cannot be decompressed, or their checksum is wrong.
  case damagedVoxels(path: String, problem: String)
  /// A valid file that uses something this module does not read or write.
  case unsupported(path: String, feature: String, cure: String)
  /// The voxel axes are not perpendicular: no grid with a spacing per axis describes them.
  case sheared(path: String, defect: Double)
  /// One volume was asked of a file with several channels.
  case severalChannels(path: String, count: Int)
  /// A voxel that no label can stand for: negative, fractional, not finite, or above 65535.
  case notALabel(path: String, value: Float, voxelIndex: Int)
  /// A voxel that the format cannot hold.
  case notStorable(path: String, value: Float, cure: String)
  /// The output could not be written.
  case unwritable(FileOutputError)
}

extension VolumeFileError: CustomStringConvertible {
  /// One line: the path, what is wrong, expected and found, what to do.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read (\(reason)); check the name and the permissions"
    case .unknownFormat(let path):
      "\(path): unknown kind of file; expected one of "
        + VolumeFileFormat.allCases.flatMap(\.endings).joined(separator: " ")
    case .damagedHeader(let path, let problem):
      "\(path): damaged header: \(problem); export the image again"
    case .archive(let error): error.description
    case .truncated(let path, let expected, let found):
      "\(path): truncated: the header promises \(expected) bytes of voxels, found \(found); copy or"
        + " export the image again"
    case .damagedVoxels(let path, let problem):
      "\(path): damaged voxels: \(problem); copy or export the image again"
    case .unsupported(let path, let feature, let cure):
      "\(path): \(feature) not supported; \(cure)"
    case .sheared(let path, let defect):
      "\(path): the voxel axes are not perpendicular (off by \(defect), at most 0.01 is repaired);"
        + " resample the image onto a rectangular grid first"
    case .severalChannels(let path, let count):
      "\(path): holds \(count) channels, expected one volume; choose one of them, or read it as a"
        + " multi-channel image"
    case .notALabel(let path, let value, let index):
      "\(path): not a label map: voxel \(index) holds \(value), expected whole numbers from 0 to 65535;"
        + " check that this is the segmentation and not the image"
    case .notStorable(let path, let value, let cure):
      "\(path): cannot hold the value \(value); \(cure)"
    case .unwritable(let error):
      error.description
    }
  }
}
