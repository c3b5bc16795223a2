public import RandomNumbers
import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Smooths each channel with a Gaussian of its own along each axis.
///
/// The kernel of a standard deviation s has the odd length nearest to 6 s + 0.5, rounded half to even, and sums to 1. Beyond the patch it
/// continues mirrored about its border voxels, which are not repeated. Axes of length 1 are left alone.
public struct GaussianBlur: Hashable, Sendable, Codable {
  /// Standard deviations in voxels along axes 0, 1 and 2.
  public struct Widths: Hashable, Sendable, Codable {
    /// Standard deviation along axis 0, positive.
    public var depth: Float
    /// Standard deviation along axis 1, positive.
    public var height: Float
    /// Standard deviation along axis 2, positive.
    public var width: Float

    /// Standard deviations in voxels along axes 0, 1 and 2.
    public init(_ depth: Float, _ height: Float, _ width: Float) {
      self.depth = depth
      self.height = height
      self.width = width
    }
  }

  /// The widths for every channel; nil leaves the channel alone.
  public var widths: [Widths?]

  /// Smoothing with one set of widths per channel.
  public init(widths: [Widths?]) { self.widths = widths }

  /// Smooths the channels of a patch.
  public func apply(to patch: PatchMemory) {
    if widths.allSatisfy({ $0 == nil }) { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: patch.shape.count) { scratch in
      guard let spare = scratch.baseAddress else { return }
      patch.forEachChannel(with: widths) { values, widths in
        guard var source = values.baseAddress else { return }
        let home = source
        var target = spare
        for (axis, sigma) in [widths.depth, widths.height, widths.width].enumerated()
        where patch.shape[axis] > 1 {
          convolve(
            source, into: target, shape: patch.shape, axis: axis, kernel: Self.kernel(sigma: sigma))
          swap(&source, &target)
        }
        if source != home { home.update(from: source, count: values.count) }
      }
    }
  }

  /// The kernel of a standard deviation: an odd number of weights with sum 1.
  package static func kernel(sigma: Float) -> [Float] {
    let length = 6 * Double(sigma) + 0.5
    let rounded = length.rounded(.toNearestOrEven)
    var taps = Int(rounded)
    if taps % 2 == 0 { taps += length >= rounded ? 1 : -1 }
    let weights = (0..<max(taps, 1)).map { index in
      let distance = (Double(index) - Double(taps - 1) / 2) / Double(sigma)
      return exp(-0.5 * distance * distance)
    }
    let sum = weights.reduce(0, +)
    return weights.map { Float($0 / sum) }
  }
}

/// Draws smoothing.
public struct RandomGaussianBlur: Hashable, Sendable, Codable {
  /// Probability that a patch is considered.
  public var probability: Float = 0.2
  /// Probability that each of its channels is then smoothed.
  public var channelProbability: Float = 0.5
  /// Standard deviations in voxels, one drawn per channel and axis.
  public var widthRange: ClosedRange<Float> = 0.5...1

  /// The reference's probabilities and range.
  public init() {}

  /// Draws smoothing, or nil for none.
  public func draw(channelCount: Int, from generator: inout SplitMix64) -> GaussianBlur? {
    guard generator.chance(probability) else { return nil }
    return GaussianBlur(
      widths: (0..<channelCount).map { _ in
        guard generator.chance(channelProbability) else { return nil }
        return GaussianBlur.Widths(
          generator.uniform(widthRange), generator.uniform(widthRange),
          generator.uniform(widthRange))
      })
  }
}
