import Parallelism
public import RegionsOfInterest
public import Volumes

/// Times distance maps and dilation of a mask.
public struct DistanceBenchmark: Sendable {
  /// What was measured.
  public struct Result: Sendable {
    /// Seconds of the distance map of all voxels, the fastest of the rounds.
    public let distanceSeconds: Double
    /// Seconds of the dilation, likewise; of a mask of one label.
    public let dilationSeconds: Double
    /// Bytes by which the process grew for the dilation.
    public let dilationBytes: Int
    /// Bytes by which it grew for the distance map.
    public let distanceBytes: Int
    /// Voxels of the mask before and after the dilation.
    public let voxels: (before: Int, after: Int)
  }

  /// The mask.
  public let map: LabelMap
  /// How far it is dilated.
  public let ball: Ball
  /// How often each is done.
  public let rounds: Int

  /// A benchmark of a mask; all labels count.
  public init(of map: LabelMap, dilation ball: Ball, rounds: Int) {
    self.map = map
    self.ball = ball
    self.rounds = max(rounds, 1)
  }

  /// An ellipsoid in the middle of a grid, with half its diameters.
  public static func ellipsoid(in grid: Geometry) -> LabelMap {
    var map = LabelMap(labels: Array(repeating: 0, count: grid.extent.count), geometry: grid)
    let extent = grid.extent
    func square(_ place: Int, _ length: Int) -> Double {
      let offset = (Double(place) + 0.5) / Double(length) - 0.5
      return 16 * offset * offset
    }
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        let rest = square(z, extent.z) + square(y, extent.y)
        for x in 0..<extent.x where rest + square(x, extent.x) <= 1 { map[x, y, z] = 1 }
      }
    }
    return map
  }

  /// Runs it.
  public func run() throws(RegionError) -> Result {
    let mask = try map.region(of: nil)
    let one = mask.labelMap()
    var (distance, dilation) = (Double.infinity, Double.infinity)
    var after = 0
    let before = SystemMemory.peakResident
    for _ in 0..<rounds {
      let start = monotonicSeconds()
      let grown = try one.dilated(by: ball)
      dilation = min(dilation, monotonicSeconds() - start)
      after = grown.labels.count { $0 != 0 }
    }
    let between = SystemMemory.peakResident
    for _ in 0..<rounds {
      let start = monotonicSeconds()
      let map = mask.distancesToMask
      distance = min(distance, monotonicSeconds() - start)
      withExtendedLifetime(map) {}
    }
    return Result(
      distanceSeconds: distance, dilationSeconds: dilation, dilationBytes: between - before,
      distanceBytes: SystemMemory.peakResident - between,
      voxels: (one.labels.count { $0 != 0 }, after))
  }
}
