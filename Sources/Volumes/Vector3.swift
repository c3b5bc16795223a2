/// Three coordinates: millimetres along the world's axes, or a quantity per voxel axis.
public struct Vector3: Hashable, Sendable {
  /// First coordinate.
  public var x: Double
  /// Second coordinate.
  public var y: Double
  /// Third coordinate.
  public var z: Double

  /// The vector (x, y, z).
  public init(_ x: Double, _ y: Double, _ z: Double) {
    self.x = x
    self.y = y
    self.z = z
  }

  /// Coordinate 0, 1 or 2.
  public subscript(axis: Int) -> Double {
    get {
      switch axis {
      case 0: x
      case 1: y
      case 2: z
      default: preconditionFailure("coordinate \(axis) of three")
      }
    }
    set {
      switch axis {
      case 0: x = newValue
      case 1: y = newValue
      case 2: z = newValue
      default: preconditionFailure("coordinate \(axis) of three")
      }
    }
  }

  /// Scalar product.
  public func dot(_ other: Vector3) -> Double { x * other.x + y * other.y + z * other.z }

  /// Euclidean length.
  public var length: Double { dot(self).squareRoot() }

  /// Sum of two vectors.
  public static func + (a: Vector3, b: Vector3) -> Vector3 {
    Vector3(a.x + b.x, a.y + b.y, a.z + b.z)
  }

  /// Difference of two vectors.
  public static func - (a: Vector3, b: Vector3) -> Vector3 {
    Vector3(a.x - b.x, a.y - b.y, a.z - b.z)
  }

  /// A vector scaled by a number.
  public static func * (a: Vector3, s: Double) -> Vector3 { Vector3(a.x * s, a.y * s, a.z * s) }
}

/// A 3 x 3 matrix, stored by columns.
public struct Matrix3: Hashable, Sendable {
  /// The three columns.
  public var columns: [Vector3]

  /// The matrix with the given columns.
  public init(columns a: Vector3, _ b: Vector3, _ c: Vector3) { columns = [a, b, c] }

  /// The identity.
  public static let identity = Matrix3(
    columns: Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1))

  /// The entry in the given row and column.
  public subscript(row: Int, column: Int) -> Double {
    get { columns[column][row] }
    set { columns[column][row] = newValue }
  }

  /// Product with a vector.
  public static func * (m: Matrix3, v: Vector3) -> Vector3 {
    m.columns[0] * v.x + m.columns[1] * v.y + m.columns[2] * v.z
  }

  /// Product of two matrices.
  public static func * (a: Matrix3, b: Matrix3) -> Matrix3 {
    Matrix3(columns: a * b.columns[0], a * b.columns[1], a * b.columns[2])
  }

  /// Rows and columns exchanged.
  public var transposed: Matrix3 {
    var result = self
    for row in 0..<3 { for column in 0..<3 { result[row, column] = self[column, row] } }
    return result
  }

  /// The determinant.
  public var determinant: Double {
    let (a, b, c) = (columns[0], columns[1], columns[2])
    return a.x * (b.y * c.z - b.z * c.y) - b.x * (a.y * c.z - a.z * c.y)
      + c.x * (a.y * b.z - a.z * b.y)
  }

  /// The inverse, or nil if the determinant is 0 or not finite.
  public var inverse: Matrix3? {
    let d = determinant
    guard d != 0, d.isFinite else { return nil }
    var result = Matrix3.identity
    for row in 0..<3 {
      for column in 0..<3 {
        // Cyclic indices give every cofactor its sign.
        let (r1, r2) = ((column + 1) % 3, (column + 2) % 3)
        let (c1, c2) = ((row + 1) % 3, (row + 2) % 3)
        result[row, column] = (self[r1, c1] * self[r2, c2] - self[r1, c2] * self[r2, c1]) / d
      }
    }
    return result
  }
}
