/// How a value between voxel centres follows from the voxels around it.
public enum Interpolation: Int, Hashable, Sendable, CaseIterable {
  /// The voxel whose centre is nearest; half way between two, the later one.
  case nearest = 0
  /// Linear along every axis.
  case linear = 1
  /// Interpolating cubic B-spline: smooth, reproduces the voxels, can overshoot between them.
  case cubic = 3
}

/// Whether an axis with far thicker voxels is resampled apart from the plane of the other two.
public enum AxisSeparation: Hashable, Sendable, CaseIterable {
  /// Apart if the largest spacing is more than three times the smallest; `null` in a plans file.
  case automatic
  /// All three axes together; `false` in a plans file.
  case never
  /// The axis with the largest current spacing apart; `true` in a plans file.
  case always
}

/// How a label is chosen from the interpolated indicators of the labels around a point.
///
/// - Source: batchgenerators 0.25.5 and 0.25.3, `resize_segmentation`.
public enum LabelRule: Hashable, Sendable, CaseIterable {
  /// The label with the largest share; of equals the one of the nearest voxel, else the smallest.
  case largestShare
  /// The largest label with a share of at least one half, else 0: what versions up to 0.25.3 did.
  case lastAboveHalf
}

/// The change of voxel size that a resampling makes, axis by axis in the order of the array.
public struct SpacingChange: Hashable, Sendable {
  /// Spacing of the given array in millimetres, slowest axis first.
  public var current: [Double]
  /// Spacing of the wanted array in millimetres, slowest axis first.
  public var new: [Double]

  /// A change from one spacing to another; three positive numbers each, slowest axis first.
  public init(current: [Double], new: [Double]) {
    precondition(
      current.count == 3 && new.count == 3 && (current + new).allSatisfy { $0 > 0 },
      "spacings are three positive numbers, not \(current) and \(new)")
    self.current = current
    self.new = new
  }
}

/// Why a resampling cannot be done.
public enum ResamplingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The spline order is not one this module has.
  case unsupportedOrder(Int)
  /// A spacing is not three positive finite numbers.
  case invalidSpacing([Double])
  /// A size is not positive along every axis.
  case invalidSize([Int])
  /// The result would not fit into memory.
  case tooLarge(neededBytes: Int, availableBytes: Int)
  /// The direction of a grid has no inverse.
  case singularDirection

  /// What is wrong, and what to do, on one line.
  public var description: String {
    switch self {
    case .unsupportedOrder(let order):
      "interpolation order \(order) is not supported: expected 0 (nearest), 1 (linear) or 3"
        + " (cubic B-spline); change the order"
    case .invalidSpacing(let spacing):
      "spacing \(spacing) is not usable: expected three positive numbers in millimetres"
    case .invalidSize(let size):
      "size \(size) is not usable: expected three numbers of voxels, each at least 1"
    case .tooLarge(let needed, let available):
      "the result would need about \(needed >> 20) MiB of memory, \(available >> 20) MiB are free;"
        + " ask for fewer or larger voxels"
    case .singularDirection:
      "the image's axes are linearly dependent: expected three independent directions;"
        + " repair the direction matrix of its header"
    }
  }
}
