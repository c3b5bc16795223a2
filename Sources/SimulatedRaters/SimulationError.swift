public import RegionsOfInterest
public import Resampling

/// Why no rater could be simulated.
public enum SimulationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// An amount outside of its range.
  case invalidAmount(String, Double, ClosedRange<Double>)
  /// A mask without any label.
  case nothingSegmented
  /// Borders that no strength moves, so that a wanted agreement is out of reach.
  case nothingToScale
  /// A wanted mean Dice that no strength reaches, and the nearest that one does.
  case diceOutOfReach(wanted: Double, nearest: Double)
  /// The image and the mask do not lie on the same grid.
  case gridMismatch(String)
  /// What a distance transform or a dilation says.
  case region(RegionError)
  /// What a resampling says.
  case resampling(ResamplingError)

  /// What is wrong and what to do, on one line.
  public var description: String {
    switch self {
    case .invalidAmount(let name, let value, let range):
      "a \(name) of \(value) is not usable: expected a number from \(range.lowerBound) to"
        + " \(range.upperBound)"
    case .nothingSegmented: "nothing is segmented; draw the region"
    case .nothingToScale:
      "no amount is above 0, so that a Dice is out of reach; give noise, bias, shift or rotation"
    case .diceOutOfReach(let wanted, let nearest):
      "a mean Dice of \(wanted) is out of reach, the nearest is \(nearest); the structure has too few"
        + " voxels or the kind of error is too coarse: add noise"
    case .gridMismatch(let difference):
      "the image and the mask do not lie on the same grid: \(difference); resample the mask"
    case .region(let error): error.description
    case .resampling(let error): error.description
    }
  }
}
