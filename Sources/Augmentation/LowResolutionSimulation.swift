public import RandomNumbers
import Volumes

/// Shows each channel as if it had been acquired with fewer voxels: down by nearest neighbours, back up linearly.
public struct LowResolutionSimulation: Hashable, Sendable, Codable {
  /// Voxels kept per voxel along each reduced axis, in (0, 1], for every channel; nil leaves the channel alone.
  public var scales: [Float?]
  /// The axes along which voxels are lost.
  public var axes: AxisSet

  /// Loss of resolution by one scale per channel along the given axes.
  public init(scales: [Float?], axes: AxisSet = [.depth, .height, .width]) {
    self.scales = scales
    self.axes = axes
  }

  /// Lowers the resolution of a patch's channels.
  public func apply(to patch: PatchMemory) {
    patch.forEachChannel(with: scales) { values, scale in
      guard let channel = values.baseAddress else { return }
      var small = patch.shape
      for axis in 0..<3 where axes.contains(axis: axis) {
        let length = (Double(patch.shape[axis]) * Double(scale)).rounded(.toNearestOrEven)
        small[axis] = max(1, Int(length))
      }
      // Nearest and linear resampling onto the same grid change nothing.
      if small == patch.shape { return }
      withUnsafeTemporaryAllocation(of: Float.self, capacity: small.count) { buffer in
        guard let reduced = buffer.baseAddress else { return }
        sampleNearest(UnsafePointer(channel), patch.shape, into: reduced, small)
        enlargeLinearly(UnsafePointer(reduced), small, into: channel, patch.shape)
      }
    }
  }
}

/// Draws losses of resolution.
public struct RandomLowResolution: Hashable, Sendable, Codable {
  /// Probability that a patch is considered.
  public var probability: Float = 0.25
  /// Probability that each of its channels then loses resolution.
  public var channelProbability: Float = 0.5
  /// Voxels kept per voxel, one number drawn per channel for all axes.
  public var scaleRange: ClosedRange<Float> = 0.5...1

  /// The reference's probabilities and range.
  public init() {}

  /// Draws a loss of resolution, or nil for none.
  ///
  /// Patches that turn within their slices only keep their resolution along axis 0.
  public func draw(
    channelCount: Int, space: SpatialTransform.Space, from generator: inout SplitMix64
  ) -> LowResolutionSimulation? {
    guard generator.chance(probability) else { return nil }
    let scales: [Float?] = (0..<channelCount).map { _ in
      generator.chance(channelProbability) ? generator.uniform(scaleRange) : nil
    }
    switch space {
    case .volume: return LowResolutionSimulation(scales: scales)
    case .slices: return LowResolutionSimulation(scales: scales, axes: [.height, .width])
    }
  }
}
