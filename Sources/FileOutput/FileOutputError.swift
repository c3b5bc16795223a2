/// Why a file could not be written.
public enum FileOutputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The operating system refused one step of the write.
  case refused(path: String, step: Step, reason: String)
  /// The path names a folder, a device or a pipe, which cannot be replaced by a file.
  case notAFile(path: String)
  /// A file or folder of this name exists and would be replaced.
  case exists(path: String)
  /// A file that is to be copied cannot be read.
  case source(path: String, reason: String)

  /// The steps of an atomic write.
  public enum Step: String, Equatable, Sendable {
    /// Making the temporary file beside the final name.
    case create
    /// Writing bytes to the temporary file.
    case write
    /// Forcing the bytes to the disk.
    case sync
    /// Giving the temporary file its final name.
    case rename
    /// Making a folder.
    case createFolder
  }

  /// One line: the path, what failed, what to do.
  public var description: String {
    switch self {
    case .refused(let path, .create, let reason):
      "\(path): cannot create a file in this folder (\(reason)); check that the folder exists and may"
        + " be written"
    case .refused(let path, .write, let reason):
      "\(path): cannot write (\(reason)); check the free space of the disk"
    case .refused(let path, .sync, let reason):
      "\(path): the disk did not confirm the data (\(reason)); the file was not replaced"
    case .refused(let path, .rename, let reason):
      "\(path): cannot give the finished file its name (\(reason)); the file was not replaced"
    case .refused(let path, .createFolder, let reason):
      "\(path): the folder cannot be made (\(reason)); choose another place"
    case .exists(let path):
      "\(path): exists already and is left as it is; choose another output path, or move it away"
    case .source(let path, let reason):
      "\(path): cannot be read (\(reason)); check the name and the permissions"
    case .notAFile(let path):
      "\(path): is a folder, a device or a pipe, expected a file name; choose another output path"
    }
  }
}
