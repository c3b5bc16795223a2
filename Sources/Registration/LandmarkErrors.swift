public import Volumes

/// How far a map takes landmarks from where they belong: the target registration error.
///
/// - Source: Fitzpatrick, West, IEEE TMI 20(9), 2001, doi:10.1109/42.952729; the mean of the worst
///   30 % as in Learn2Reg.
public struct LandmarkErrors: Hashable, Sendable {
  /// Distances in millimetres, in the landmarks' order.
  public let distances: [Double]
  private let sorted: [Double]

  /// The errors of a map.
  ///
  /// - Parameters:
  ///   - fixed: Landmarks in the fixed image, in the world (LPS, mm); at least one.
  ///   - moving: The same landmarks in the moving image.
  ///   - map: Where a point of the fixed image goes.
  public init(
    from fixed: [Vector3], to moving: [Vector3], through map: (Vector3) -> Vector3 = { $0 }
  ) {
    precondition(
      !fixed.isEmpty && fixed.count == moving.count,
      "\(fixed.count) and \(moving.count) landmarks")
    distances = zip(fixed, moving).map { (map($0) - $1).length }
    sorted = distances.sorted()
  }

  /// The mean in millimetres.
  public var mean: Double { sorted.reduce(0, +) / Double(sorted.count) }

  /// The standard deviation in millimetres, over n - 1; 0 for one landmark.
  public var standardDeviation: Double {
    let mean = mean
    let sum = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (sum / Double(max(1, sorted.count - 1))).squareRoot()
  }

  /// The median in millimetres.
  public var median: Double { quantile(0.5) }

  /// The 95th percentile in millimetres, linear between landmarks.
  public var percentile95: Double { quantile(0.95) }

  /// The largest in millimetres.
  public var largest: Double { sorted[sorted.count - 1] }

  /// The mean in millimetres of the worst 30 %, at least of one landmark.
  public var meanOfWorst: Double {
    let count = max(1, Int((0.3 * Double(sorted.count)).rounded()))
    return sorted.suffix(count).reduce(0, +) / Double(count)
  }

  private func quantile(_ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let lower = Int(place)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}
