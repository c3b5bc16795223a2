/// Why predictions could not be scored.
public enum EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A folder could not be listed.
  case unreadableFolder(path: String, reason: String)
  /// The prediction folder has no file of the given ending.
  case noPredictions(folder: String, fileEnding: String)
  /// References without prediction.
  case missingPredictions(folder: String, names: [String])
  /// A prediction without reference.
  case missingReference(prediction: String, reference: String)
  /// A file could not be read.
  case unreadable(path: String, reason: String)
  /// Reference and prediction do not lie on the same grid.
  case gridMismatch(reference: String, prediction: String, difference: String)
  /// The surfaces or lesions of a structure need more memory than there is.
  case memory(path: String, structure: String, neededBytes: Int, availableBytes: Int)
  /// The summary could not be written.
  case unwritable(path: String, reason: String)

  /// One line: the file, what is wrong, what was expected and found, what to do.
  public var description: String {
    switch self {
    case .unreadableFolder(let path, let reason):
      "\(path): cannot list the folder: \(reason)"
    case .noPredictions(let folder, let ending):
      "\(folder): no files ending in \(ending); check the folder and the dataset's file ending"
    case .missingPredictions(let folder, let names):
      "\(folder): no prediction for \(names.count) of the references, the first is \(names[0]); "
        + "predict them, or allow missing predictions"
    case .missingReference(let prediction, let reference):
      "\(prediction): its reference \(reference) does not exist; remove the prediction or add the "
        + "reference"
    case .unreadable(let path, let reason):
      reason.hasPrefix(path) ? reason : "\(path): cannot be read: \(reason)"
    case .gridMismatch(let reference, let prediction, let difference):
      "\(prediction): does not lie on the grid of its reference \(reference): \(difference); "
        + "resample the prediction onto the reference"
    case .memory(let path, let structure, let needed, let available):
      "\(path): surfaces and lesions of \(structure) need up to \(needed >> 20) MiB of memory, "
        + "\(available >> 20) MiB can be had; close other programs, or score this case without them"
    case .unwritable(let path, let reason):
      reason.hasPrefix(path) ? reason : "\(path): cannot be written: \(reason)"
    }
  }
}
