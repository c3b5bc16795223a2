public import Volumes

/// Why an operation on regions is impossible.
public enum RegionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A radius that is negative or not finite.
  case invalidRadius(Double)
  /// Limits of shells that are not finite and ascending, or fewer than two.
  case invalidShells([Double])
  /// A smoothing width that is not above 0 and finite.
  case invalidWidth(Double)
  /// Labels that no voxel carries.
  case absentLabels([LabelMap.Label])
  /// A region without voxels.
  case emptyRegion
  /// More parts than labels can number.
  case tooManyParts(Int)
  /// Two masks do not lie on the same grid.
  case gridMismatch(String)
  /// A grid that nothing can be resampled from or to.
  case degenerateGrid(String)
  /// The work would not fit into memory.
  case tooLarge(neededBytes: Int, availableBytes: Int)

  /// What is wrong and what to do, on one line.
  public var description: String {
    switch self {
    case .invalidRadius(let radius):
      "a radius of \(radius) is not usable: expected a number of at least 0"
    case .invalidShells(let limits):
      "shells with the limits \(limits) are not usable: expected 2 to 1000 ascending distances"
    case .invalidWidth(let width):
      "a smoothing width of \(width) is not usable: expected a number above 0"
    case .absentLabels(let labels):
      "no voxel has the label \(labels.map { String($0) }.joined(separator: " or ")); choose labels"
        + " that occur in the mask"
    case .emptyRegion: "nothing is segmented; draw the region"
    case .tooManyParts(let count):
      "\(count) components cannot be numbered: expected at most 65535; remove small ones first"
    case .gridMismatch(let difference):
      "the masks do not lie on the same grid: \(difference); resample one onto the other"
    case .degenerateGrid(let reason): reason
    case .tooLarge(let needed, let available):
      "the work would need about \(needed >> 20) MiB of memory, \(available >> 20) MiB are free;"
        + " choose a smaller radius or larger voxels"
    }
  }
}
