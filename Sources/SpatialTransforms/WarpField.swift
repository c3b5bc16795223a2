/// A map that is not linear: points move by vectors that change from place to place.
public enum WarpField: Sendable {
  /// Vectors on a grid, linear in between.
  case displacement(DisplacementField)
  /// A cubic B-spline.
  case splines(SplineField)
}
