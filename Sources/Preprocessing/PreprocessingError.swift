public import Datasets
public import Planning
public import Resampling
public import Safetensors

/// What can go wrong between a dataset and the cases a network reads.
public enum PreprocessingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A case could not be read.
  case dataset(DatasetError)
  /// The plan does not have what was asked for.
  case planning(PlanningError)
  /// The plan asks for an interpolation that there is none of.
  case resampling(ResamplingError)
  /// A preprocessed case could not be read or written.
  case store(SafetensorsError)
  /// A case has another number of channels than the plan.
  case channelCount(id: String, expected: Int, found: Int)
  /// A case does not fit its normalisation.
  case intensities(id: String, channel: Int, problem: String)
  /// A case resampled to the plan's spacing would have 2^31 voxels or more.
  case tooLarge(id: String, spacing: [Double], expected: [Double])
  /// A file or folder could not be made.
  case unwritable(path: String, reason: String)
  /// A preprocessed case lacks something.
  case invalidCase(path: String, problem: String)

  /// What is wrong, where, and what to do, on one line.
  public var description: String {
    switch self {
    case .dataset(let error): error.description
    case .planning(let error): error.description
    case .resampling(let error): error.description
    case .store(let error): error.description
    case .channelCount(let id, let expected, let found):
      "case \(id) has \(found) channels, the plan was made for \(expected); "
        + "give the same channels, in the same order, as in training"
    case .intensities(let id, let channel, let problem):
      "case \(id), channel \(channel): \(problem)"
    case .tooLarge(let id, let spacing, let expected):
      "case \(id) would have more than 2 billion voxels: its spacing is \(spacing) mm, the plan's "
        + "\(expected); check the spacing in the image's header"
    case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
    case .invalidCase(let path, let problem):
      "\(path) is not a preprocessed case: \(problem); preprocess the dataset again"
    }
  }
}
