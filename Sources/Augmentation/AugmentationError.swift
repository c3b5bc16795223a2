/// What can be wrong with the settings of patch sampling and augmentation.
public enum AugmentationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A patch size without two or three positive lengths.
  case invalidPatchSize([Int])
  /// A probability outside 0 ... 1.
  case invalidProbability(setting: String, found: Float)
  /// A range whose bounds do not suit the transform.
  case invalidRange(setting: String, found: ClosedRange<Float>, expected: String)
  /// A channel number that the images do not have.
  case unknownChannel(found: Int, channelCount: Int)
  /// Strides of a stage that are not two or three numbers of at least 1.
  case invalidStrides([Int])

  /// One line: what, where, expected and found, what to do.
  public var description: String {
    switch self {
    case .invalidPatchSize(let size):
      "patch size \(size): expected two or three lengths of at least 1; correct the plan"
    case .invalidProbability(let setting, let found):
      "augmentation setting \(setting): expected a probability in 0...1, found \(found)"
    case .invalidRange(let setting, let found, let expected):
      "augmentation setting \(setting): expected \(expected), "
        + "found \(found.lowerBound)...\(found.upperBound)"
    case .unknownChannel(let found, let channelCount):
      "masked channel \(found): expected one of the \(channelCount) channels, counted from 0"
    case .invalidStrides(let strides):
      "strides \(strides): expected two or three numbers of at least 1 per stage; correct the plan"
    }
  }
}
