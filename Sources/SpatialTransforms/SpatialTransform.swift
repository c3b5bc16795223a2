public import Volumes

/// One map of world points in millimetres (LPS).
public enum SpatialTransform: Sendable {
  /// A linear map with a shift.
  case affine(AffineMap)
  /// A field of displacements.
  case warp(WarpField)
  /// The way back through a field, found for every point by iteration.
  ///
  /// It stops within a thousandth of the field's smallest spacing, or after 50 steps with the best
  /// point it has found; ``TransformChain/inversionErrors(on:)`` tells how well that went. Where a
  /// field folds, or at the edge of its grid, there may be no way back.
  case inverseWarp(WarpField)

  /// The map back, or nil for a linear map that has none.
  public var inverse: SpatialTransform? {
    switch self {
    case .affine(let map): map.inverse.map { .affine($0) }
    case .warp(let field): .inverseWarp(field)
    case .inverseWarp(let field): .warp(field)
    }
  }

  /// Moves points, in place.
  public func map(_ points: UnsafeMutableBufferPointer<Vector3>) {
    switch self {
    case .affine(let map):
      let packed = PackedMap(map)
      for index in points.indices { points[index] = packed(points[index]) }
    case .warp(let field):
      _ = field.withSampling { sampling in
        for index in points.indices {
          points[index] = points[index] + sampling.displacement(at: points[index])
        }
      }
    case .inverseWarp(let field):
      let tolerance = field.inversionTolerance
      _ = field.withSampling { sampling in
        for index in points.indices {
          points[index] =
            sampling.preimage(of: points[index], tolerance: tolerance, limit: inversionLimit).point
        }
      }
    }
  }
}
