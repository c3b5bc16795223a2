import Parallelism
import Planning
import Volumes

/// Brings the intensities of one channel to a common scale.
///
/// - Source: nnU-Net 2.8.1's `default_normalization_schemes.py`; Isensee et al., Nature Methods 18, 2021.
struct IntensityNormalization {
  let scheme: NormalizationScheme
  /// Whether statistics are taken, and intensities changed, inside the non-zero region only.
  let usesMask: Bool
  /// The dataset's statistics of this channel.
  let statistics: IntensityStatistics

  private static let epsilon = 1e-8

  /// - Parameters:
  ///   - image: The channel, changed in place.
  ///   - mask: The non-zero region, of the same shape.
  /// - Returns: What does not fit the scheme, or nil.
  func apply(to image: inout VoxelArray<Float>, mask: VoxelArray<Bool>) -> String? {
    switch scheme {
    case .zScore: return zScore(&image, mask)
    case .ct:
      let (low, high) = (Float(statistics.lowPercentile), Float(statistics.highPercentile))
      let mean = Float(statistics.mean)
      let scale = 1 / Float(max(statistics.standardDeviation, Self.epsilon))
      map(&image) { (min(max($0, low), high) - mean) * scale }
    case .rescaleTo01:
      let range = bounds(image)
      let scale = 1 / max(range.upperBound - range.lowerBound, Float(Self.epsilon))
      map(&image) { ($0 - range.lowerBound) * scale }
    case .rgbTo01:
      let range = bounds(image)
      guard range.lowerBound >= 0, range.upperBound <= 255 else {
        return "RGB intensities must lie in 0 ... 255, found "
          + "\(range.lowerBound) ... \(range.upperBound)"
      }
      map(&image) { $0 / 255 }
    case .none: break
    }
    return nil
  }

  private func zScore(_ image: inout VoxelArray<Float>, _ mask: VoxelArray<Bool>) -> String? {
    var (sum, count) = (0.0, 0)
    let all = !usesMask
    for (value, inside) in zip(image.elements, mask.elements) where all || inside {
      sum += Double(value)
      count += 1
    }
    guard count > 0 else { return nil }
    let mean = sum / Double(count)
    var squares = 0.0
    for (value, inside) in zip(image.elements, mask.elements) where all || inside {
      squares += (Double(value) - mean) * (Double(value) - mean)
    }
    let deviation = max((squares / Double(count)).squareRoot(), Self.epsilon)
    let (shift, scale) = (Float(mean), Float(1 / deviation))
    if all {
      map(&image) { ($0 - shift) * scale }
    } else {
      for index in image.elements.indices where mask.elements[index] {
        image.elements[index] = (image.elements[index] - shift) * scale
      }
    }
    return nil
  }

  private func bounds(_ image: VoxelArray<Float>) -> ClosedRange<Float> {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in image.elements {
      low = min(low, value)
      high = max(high, value)
    }
    return low <= high ? low...high : 0...0
  }

  private func map(_ image: inout VoxelArray<Float>, _ transform: (Float) -> Float) {
    image.elements.withUnsafeMutableBufferPointer { values in
      for index in values.indices { values[index] = transform(values[index]) }
    }
  }
}
