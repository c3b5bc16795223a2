/// Brings intensities to numbers between about 0 and 1, and back.
///
/// - Note: Percentiles, since single bright voxels say nothing of an image's contrast; nothing is cut off.
public struct IntensityScale: Hashable, Sendable {
  /// The intensity that becomes 0: the percentile 0.5.
  public let low: Float
  /// The intensity that becomes 1: the percentile 99.5.
  public let high: Float
  /// The smallest and largest intensity that occur.
  public let range: ClosedRange<Float>

  /// The scale of an image, or nil if its intensities do not vary.
  ///
  /// - Parameter intensities: Numbers, none of which is NaN.
  public init?(_ intensities: [Float]) {
    guard let smallest = intensities.min(), let largest = intensities.max(), smallest < largest
    else { return nil }
    let sorted = intensities.sorted()
    func percentile(_ share: Double) -> Float {
      let place = share * Double(sorted.count - 1)
      let base = Int(place)
      let next = min(base + 1, sorted.count - 1)
      return sorted[base] + Float(place - Double(base)) * (sorted[next] - sorted[base])
    }
    let (low, high) = (percentile(0.005), percentile(0.995))
    // Almost everything alike: the range is all there is.
    (self.low, self.high) = low < high ? (low, high) : (smallest, largest)
    range = smallest...largest
  }

  /// Intensities on the scale.
  public func normalised(_ intensities: [Float]) -> [Float] {
    let factor = 1 / (high - low)
    return intensities.map { ($0 - low) * factor }
  }

  /// An intensity from the scale, kept within the range that occurred.
  public func intensity(_ value: Float) -> Float {
    min(max(low + value * (high - low), range.lowerBound), range.upperBound)
  }
}
