public import Datasets
public import JSONDocuments

/// A plan, preset or fingerprint that cannot be used, or data that nothing can be planned for.
public enum PlanningError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file cannot be read as JSON.
  case file(JSONFileError)
  /// A field is missing.
  case missingField(file: String, field: String)
  /// A field has a value of another kind or out of range.
  case wrongField(file: String, field: String, expected: String, found: String)
  /// A field asks for something that this program does not do.
  case unsupported(file: String, field: String, supported: String, found: String)
  /// A configuration inherits, directly or not, from itself.
  case circularInheritance(file: String, names: [String])
  /// A plan has no configuration of that name.
  case unknownConfiguration(String, file: String, available: [String])
  /// There is no preset of that name.
  case unknownPreset(String, available: [String])
  /// The dataset, or one of its cases, cannot be read.
  case dataset(DatasetError)
  /// A fingerprint is not that of the dataset to plan for.
  case otherDataset(name: String, channels: Int, fingerprintChannels: Int)
  /// The cases would have more voxels along an axis than any image has.
  case implausibleShape(name: String, spacing: [Double], shape: [Double], most: Int)
  /// No case has a labelled voxel, so that intensities have no statistics.
  case noForeground(dataset: String)
  /// Cases at the spacing that was asked for (z, y, x, in mm) would be too large, or nothing.
  case unusableSpacing([Double], medianShape: [Double])
  /// A file cannot be written.
  case unwritable(path: String, reason: String)

  /// What, where, expected and found, what to do: one line.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .missingField(let file, let field): "\(file): the field \"\(field)\" is missing"
    case .wrongField(let file, let field, let expected, let found):
      "\(file): field \"\(field)\": expected \(expected), found \(found)"
    case .unsupported(let file, let field, let supported, let found):
      "\(file): field \"\(field)\": \(found) is not supported; use \(supported)"
    case .circularInheritance(let file, let names):
      "\(file): configurations inherit from one another in a circle: "
        + names.joined(separator: " -> ")
    case .unknownConfiguration(let name, let file, let available):
      "\(file): holds no configuration \"\(name)\"; choose one of "
        + available.joined(separator: ", ")
    case .unknownPreset(let name, let available):
      "there is no planner preset \"\(name)\"; choose one of "
        + available.joined(separator: ", ")
    case .dataset(let error): error.description
    case .otherDataset(let name, let channels, let found):
      "\(name): the fingerprint is another dataset's: "
        + "expected \(channels) channels, found \(found); take it again"
    case .implausibleShape(let name, let spacing, let shape, let most):
      "\(name): resampled to a spacing of \(spacing) mm the median case has \(shape) voxels, expected "
        + "at most \(most) along an axis; check the field \"spacings\" of the fingerprint, and the "
        + "headers of the images"
    case .noForeground(let dataset):
      "\(dataset): no case has a labelled voxel inside its non-zero region; check the label files"
    case .unusableSpacing(let spacing, let shape):
      "at a spacing of \(spacing) mm (z, y, x) the median case would have "
        + "\(shape.map { $0.rounded(.toNearestOrEven) }) voxels; "
        + "choose a spacing of the order of the images' own"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
