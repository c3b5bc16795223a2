public import Volumes

/// Intensities that become black and white.
public struct IntensityWindow: Hashable, Sendable {
  /// What becomes 0, and everything below.
  public let lower: Float
  /// What becomes 1, and everything above.
  public let upper: Float

  /// A window, or nil unless both ends are finite and `lower` is below `upper`.
  public init?(_ lower: Float, _ upper: Float) {
    guard lower.isFinite, upper.isFinite, lower < upper, (upper - lower).isFinite else {
      return nil
    }
    (self.lower, self.upper) = (lower, upper)
  }
}

extension Volume<Float> {
  /// The image from 0 to 1 over a window; what is not a number becomes 0.
  public func scaled(over window: IntensityWindow) -> Volume<Float> {
    let scale = 1 / (window.upper - window.lower)
    return Volume(
      voxels: voxels.map { value in
        // The comparison fails for NaN.
        value > window.lower ? min((value - window.lower) * scale, 1) : 0
      }, geometry: geometry)
  }
}

/// How one image is made of two, both from 0 to 1, such as CT and PET.
public enum ImageFusion: Hashable, Sendable {
  /// `weight` of the first and the rest of the second.
  case weighted(Float)
  /// The second laid over the first, the more opaque the brighter it is: where it is 0 the first is
  /// seen unchanged, where it is 1 with `opacity`.
  case alpha(opacity: Float)
  /// The brighter of both.
  case maximum

  /// The value of a voxel.
  func callAsFunction(_ first: Float, _ second: Float) -> Float {
    switch self {
    case .weighted(let weight): return weight * first + (1 - weight) * second
    case .alpha(let opacity):
      let cover = opacity * second
      return (1 - cover) * first + cover * second
    case .maximum: return max(first, second)
    }
  }
}

extension Volume<Float> {
  /// The image fused with another on the same grid.
  ///
  /// - Parameters:
  ///   - other: The second image, from 0 to 1.
  ///   - fusion: How.
  /// - Returns: An image from 0 to 1.
  /// - Throws: ``RegionError/gridMismatch(_:)``.
  public func fused(
    with other: Volume<Float>, by fusion: ImageFusion
  ) throws(RegionError) -> Volume<Float> {
    if let difference = geometry.misalignment(of: other.geometry) {
      throw .gridMismatch(difference)
    }
    return Volume(
      voxels: zip(voxels, other.voxels).map { fusion($0, $1) }, geometry: geometry)
  }
}
