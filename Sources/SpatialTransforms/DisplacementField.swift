public import Volumes

/// A map of world points that moves each by a vector given on a grid: `x -> x + u(x)`.
///
/// Between the voxels `u` is linear; in the half voxel around the outermost centres it is theirs, and
/// points outside the grid's voxels stay where they are.
///
/// - Source: ITK 5.4 `DisplacementFieldTransform`.
public struct DisplacementField: Sendable {
  /// The grid on which the vectors are given.
  public let geometry: Geometry
  /// The three components in millimetres along the world's axes (LPS), one number per voxel each.
  public let components: [[Float]]

  /// A field from its components.
  ///
  /// - Parameters:
  ///   - geometry: The grid.
  ///   - components: Displacements in millimetres along x, y, z of LPS; each fills the grid, x
  ///     fastest.
  public init(geometry: Geometry, components: [[Float]]) {
    precondition(
      components.count == 3 && components.allSatisfy { $0.count == geometry.extent.count },
      "components of \(components.map(\.count)) numbers on \(geometry.extent) voxels")
    self.geometry = geometry
    self.components = components
  }

  /// The length in millimetres of the longest vector.
  public var largestDisplacement: Double {
    var worst: Float = 0
    for voxel in 0..<geometry.extent.count {
      let (x, y, z) = (components[0][voxel], components[1][voxel], components[2][voxel])
      worst = max(worst, x * x + y * y + z * z)
    }
    return Double(worst).squareRoot()
  }
}
