import Planning
import Volumes

/// Brings the intensities of one channel to a common scale.
///
/// - Source: nnU-Net 2.8.1's `default_normalization_schemes.py`; Isensee et al., Nature Methods 18,
///   2021.
struct IntensityNormalization {
  let scheme: NormalizationScheme
  /// The dataset's statistics of this channel.
  let statistics: IntensityStatistics

  private static let epsilon = 1e-8

  /// Normalises a channel in place.
  ///
  /// - Parameters:
  ///   - image: The channel.
  ///   - mask: 1 where statistics are taken and intensities changed, 0 elsewhere; nil for
  ///     everywhere. Only z-scores heed it.
  /// - Returns: What does not fit the scheme, or nil.
  func apply(to image: inout VoxelArray<Float>, mask: VoxelArray<UInt8>?) -> String? {
    switch scheme {
    case .zScore: return zScore(&image, mask)
    case .ct:
      if IntensityRange(of: image).holdsNaN { return Self.notFinite }
      let (low, high) = (Float(statistics.lowPercentile), Float(statistics.highPercentile))
      let mean = Float(statistics.mean)
      let deviation = Float(max(statistics.standardDeviation, Self.epsilon))
      changeInParallel(&image) { (min(max($0, low), high) - mean) / deviation }
    case .rescaleTo01:
      let range = IntensityRange(of: image)
      guard range.isFinite else { return Self.notFinite }
      let length = max(range.upper - range.lower, Float(Self.epsilon))
      changeInParallel(&image) { ($0 - range.lower) / length }
    case .rgbTo01:
      let range = IntensityRange(of: image)
      guard range.isFinite else { return Self.notFinite }
      guard range.lower >= 0, range.upper <= 255 else {
        return "RGB intensities must lie in 0 ... 255, found \(range.lower) ... \(range.upper); "
          + "name the channel differently if it is no colour, and plan again"
      }
      changeInParallel(&image) { $0 / 255 }
    case .none:
      if !IntensityRange(of: image).isFinite { return Self.notFinite }
    }
    return nil
  }

  private func zScore(_ image: inout VoxelArray<Float>, _ mask: VoxelArray<UInt8>?) -> String? {
    let moments = IntensityMoments(of: image, mask: mask)
    guard moments.count > 0 else { return nil }
    guard moments.mean.isFinite, moments.standardDeviation.isFinite else { return Self.notFinite }
    let mean = Float(moments.mean)
    let deviation = Float(max(moments.standardDeviation, Self.epsilon))
    if let mask {
      changeInParallel(&image, where: mask) { ($0 - mean) / deviation }
    } else {
      changeInParallel(&image) { ($0 - mean) / deviation }
    }
    return nil
  }

  private static let notFinite =
    "it holds NaN or infinite intensities; repair the image or leave the case out"
}
