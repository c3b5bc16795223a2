public import Volumes

/// A map of world points that moves each by a cubic B-spline: `x -> x + u(x)`.
///
/// Points that have not four coefficients around them along every axis stay where they are.
///
/// - Source: ITK 5.4 `BSplineTransform` of order 3; Rueckert et al., IEEE TMI 18(8), 1999,
///   doi:10.1109/42.796284.
public struct SplineField: Sendable {
  /// The grid of the coefficients, two nodes wider than the region that is moved.
  public let geometry: Geometry
  /// The coefficients in millimetres along the world's axes (LPS), one per node each.
  public let coefficients: [[Float]]

  /// A field from its coefficients.
  ///
  /// - Parameters:
  ///   - geometry: The grid of the nodes.
  ///   - coefficients: Millimetres along x, y, z of LPS; each fills the grid, x fastest.
  public init(geometry: Geometry, coefficients: [[Float]]) {
    precondition(
      coefficients.count == 3 && coefficients.allSatisfy { $0.count == geometry.extent.count },
      "coefficients of \(coefficients.map(\.count)) numbers on \(geometry.extent) nodes")
    self.geometry = geometry
    self.coefficients = coefficients
  }
}
