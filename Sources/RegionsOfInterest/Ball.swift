public import Volumes

/// What regions grow and shrink by: all places up to a distance, between centres of voxels.
///
/// A place at the radius itself counts, with a slack of 1e-6 for rounding. Along an axis whose voxels
/// are farther apart than the radius nothing is reached.
public struct Ball: Hashable, Sendable {
  /// What the radius is measured in.
  public enum Unit: Hashable, Sendable {
    /// Millimetres, whatever the spacing.
    case millimetres
    /// Voxels, as if the grid's spacing were 1 along every axis.
    case voxels
  }

  /// The radius, at least 0.
  public let radius: Double
  /// What the radius is measured in.
  public let unit: Unit
  /// If not nil, a disk: nothing is reached across the slices perpendicular to this axis.
  public let sliceAxis: GridAxis?

  /// A ball, or a disk within slices.
  ///
  /// - Parameters:
  ///   - radius: At least 0.
  ///   - unit: What it is measured in.
  ///   - sliceAxis: The axis across slices, to stay within them.
  /// - Throws: ``RegionError/invalidRadius(_:)``.
  public init(
    radius: Double, unit: Unit = .millimetres, sliceAxis: GridAxis? = nil
  ) throws(RegionError) {
    guard radius >= 0, radius.isFinite else { throw .invalidRadius(radius) }
    self.radius = radius
    self.unit = unit
    self.sliceAxis = sliceAxis
  }
}

extension Ball {
  /// The square of the radius with its slack.
  var limit: Double { (radius + 1e-6) * (radius + 1e-6) }

  /// Length of a step along every axis of a grid, in the radius' unit; nil across slices.
  func steps(on geometry: Geometry) -> (x: Double?, y: Double?, z: Double?) {
    let spacing = unit == .millimetres ? geometry.spacing : Vector3(1, 1, 1)
    return (
      x: sliceAxis == .x ? nil : spacing.x, y: sliceAxis == .y ? nil : spacing.y,
      z: sliceAxis == .z ? nil : spacing.z
    )
  }

  /// How many voxels the ball reaches along every axis of a grid, at most `most`.
  func reach(on geometry: Geometry, atMost most: Extent) -> Extent {
    func voxels(_ step: Double?, _ most: Int) -> Int {
      guard let step else { return 0 }
      let count = ((radius + 1e-6) / step).rounded(.down)
      return count < Double(most) ? Int(count) : most
    }
    let steps = steps(on: geometry)
    return Extent(
      x: voxels(steps.x, most.x), y: voxels(steps.y, most.y), z: voxels(steps.z, most.z))
  }

  /// The distance transform of masks on a grid, which stops at the radius.
  func transform(on geometry: Geometry) -> DistanceTransform {
    DistanceTransform(extent: geometry.extent, steps: steps(on: geometry), limit: limit)
  }
}

extension Ball {
  /// The axes of a grid on which the ball reaches no other voxel, though it is meant to.
  public func axesNotReached(on geometry: Geometry) -> [GridAxis] {
    let reach = reach(on: geometry, atMost: Extent(x: 1, y: 1, z: 1))
    let reached = [(GridAxis.x, reach.x), (.y, reach.y), (.z, reach.z)]
    let lengths = [geometry.extent.x, geometry.extent.y, geometry.extent.z]
    return zip(reached, lengths).compactMap { entry, length in
      entry.1 == 0 && entry.0 != sliceAxis && length > 1 ? entry.0 : nil
    }
  }
}
