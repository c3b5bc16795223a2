public import Volumes

/// A linear map of world points with a shift, `x -> matrix * x + offset`, in millimetres (LPS).
///
/// Rigid motions, similarities and affine transforms are all of this form. In registration a map
/// takes points of the fixed image to points of the moving image.
public struct AffineMap: Hashable, Sendable {
  /// The linear part, without unit.
  public var matrix: Matrix3
  /// Where the world's origin goes, in millimetres.
  public var offset: Vector3

  /// The map `x -> matrix * x + offset`.
  public init(matrix: Matrix3 = .identity, offset: Vector3 = Vector3(0, 0, 0)) {
    self.matrix = matrix
    self.offset = offset
  }

  /// The map `x -> matrix * (x - centre) + centre + translation`, as ITK's transforms are written.
  public init(matrix: Matrix3, centre: Vector3, translation: Vector3) {
    self.init(matrix: matrix, offset: translation + centre - matrix * centre)
  }

  /// The map that moves nothing.
  public static let identity = AffineMap()

  /// Where a point goes.
  public func callAsFunction(_ point: Vector3) -> Vector3 { matrix * point + offset }

  /// This map after another one: `x -> self(first(x))`.
  public func after(_ first: AffineMap) -> AffineMap {
    AffineMap(matrix: matrix * first.matrix, offset: self(first.offset))
  }

  /// The map back, or nil if the determinant is below 1e-8 in absolute value or not finite.
  public var inverse: AffineMap? {
    guard abs(matrix.determinant) >= 1e-8, let inverse = matrix.inverse else { return nil }
    return AffineMap(matrix: inverse, offset: inverse * (offset * -1))
  }

  /// Whether every number is finite.
  public var isFinite: Bool {
    (0..<3).allSatisfy { row in
      offset[row].isFinite && (0..<3).allSatisfy { matrix[row, $0].isFinite }
    }
  }

  /// The 4 x 4 matrix in LPS, row by row; the last row is 0 0 0 1.
  public var rows: [[Double]] {
    (0..<3).map { [matrix[$0, 0], matrix[$0, 1], matrix[$0, 2], offset[$0]] } + [[0, 0, 0, 1]]
  }

  /// The 4 x 4 matrix of the same map between points in RAS, as c3d, greedy and nibabel use it.
  public var rowsRAS: [[Double]] { AffineMap.turned(rows) }

  /// The map with the given first three rows of four numbers, in LPS.
  public init(rows: [[Double]]) {
    precondition(
      rows.count >= 3 && rows.prefix(3).allSatisfy { $0.count == 4 }, "rows \(rows) of a matrix")
    var matrix = Matrix3.identity
    for row in 0..<3 { for column in 0..<3 { matrix[row, column] = rows[row][column] } }
    self.init(matrix: matrix, offset: Vector3(rows[0][3], rows[1][3], rows[2][3]))
  }

  /// The map whose matrix between points in RAS has the given rows of four numbers.
  public init(rowsRAS: [[Double]]) { self.init(rows: AffineMap.turned(rowsRAS)) }

  /// The matrix with both sides turned from LPS to RAS, or back, which is the same.
  private static func turned(_ rows: [[Double]]) -> [[Double]] {
    rows.enumerated().map { row, numbers in
      numbers.enumerated().map { column, number in (row < 2) == (column < 2) ? number : -number }
    }
  }
}
