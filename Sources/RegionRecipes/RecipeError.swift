public import Datasets
public import FileOutput
public import RegionsOfInterest
public import Resampling
public import VolumeFiles

/// Why a recipe cannot be followed.
public enum RecipeError: Error, Sendable, CustomStringConvertible {
  /// The cohort's table cannot be read.
  case cohort(DatasetError)
  /// The table has no column, or a line that cannot be used.
  case table(path: String, problem: String)
  /// An image or mask cannot be read or written.
  case volume(VolumeFileError)
  /// An operation on a mask is impossible.
  case region(path: String, RegionError)
  /// An image cannot be resampled.
  case resampling(path: String, ResamplingError)
  /// A file cannot be written.
  case output(FileOutputError)

  /// What is wrong where, and what to do, on one line.
  public var description: String {
    switch self {
    case .cohort(let error): error.description
    case .table(let path, let problem): "\(path): \(problem)"
    case .volume(let error): error.description
    case .region(let path, let error): "\(path): \(error)"
    case .resampling(let path, let error): "\(path): \(error)"
    case .output(let error): error.description
    }
  }
}
