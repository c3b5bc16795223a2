internal import ElementaryFunctions
public import Volumes

extension Matrix3 {
  /// The rotation about the axis of `vector` by its length in radians, counter-clockwise where the
  /// axis points at the viewer.
  ///
  /// - Source: Rodrigues' formula; the matrix exponential of the cross product with `vector`.
  public init(rotationVector vector: Vector3) {
    let angle = vector.length
    // The series replaces quotients of small numbers; its error is below 1e-17.
    let square = angle * angle
    let first = angle < 1e-3 ? 1 - square / 6 + square * square / 120 : sine(angle) / angle
    let second =
      angle < 1e-3
      ? 0.5 - square / 24 + square * square / 720 : (1 - cosine(angle)) / square
    let cross = Matrix3(crossProductWith: vector)
    let squared = cross * cross
    self = .identity
    for column in 0..<3 {
      columns[column] =
        columns[column] + cross.columns[column] * first + squared.columns[column] * second
    }
  }

  /// The matrix whose product with a vector is the cross product of `vector` and it.
  public init(crossProductWith vector: Vector3) {
    self.init(
      columns: Vector3(0, vector.z, -vector.y), Vector3(-vector.z, 0, vector.x),
      Vector3(vector.y, -vector.x, 0))
  }

  /// The rotation of a unit quaternion given by its vector part, the scalar part being positive.
  ///
  /// It is nil if the vector is longer than 1 by more than rounding.
  ///
  /// - Parameter vector: Axis times the sine of half the angle; at most 1 long.
  /// - Source: ITK's `Versor`.
  public init?(versor vector: Vector3) {
    let square = vector.dot(vector)
    guard square <= 1 + 1e-9 else { return nil }
    let scalar = max(0, 1 - square).squareRoot()
    let cross = Matrix3(crossProductWith: vector)
    let squared = cross * cross
    self = .identity
    for column in 0..<3 {
      columns[column] =
        columns[column] + cross.columns[column] * (2 * scalar) + squared.columns[column] * 2
    }
  }

  /// Rotations about the world's axes one after another: first y, then x, then z, or, where
  /// `order` says so, first x, then y, then z.
  ///
  /// - Parameters:
  ///   - angles: Radians about x, y and z.
  ///   - order: ITK's `ComputeZYX`.
  public init(eulerAngles angles: Vector3, order: EulerOrder = .zxy) {
    let x = Matrix3(rotationVector: Vector3(angles.x, 0, 0))
    let y = Matrix3(rotationVector: Vector3(0, angles.y, 0))
    let z = Matrix3(rotationVector: Vector3(0, 0, angles.z))
    switch order {
    case .zxy: self = z * x * y
    case .zyx: self = z * y * x
    }
  }

  /// How far the matrix turns, in radians from 0 to pi, if it is a rotation.
  public var rotationAngle: Double {
    let sum = Vector3(
      self[2, 1] - self[1, 2], self[0, 2] - self[2, 0], self[1, 0] - self[0, 1])
    let trace = self[0, 0] + self[1, 1] + self[2, 2]
    return arcTangent(sum.length, trace - 1)
  }
}

/// In which order the rotations about the world's axes are multiplied.
public enum EulerOrder: Hashable, Sendable {
  /// Rz Rx Ry, ITK's default.
  case zxy
  /// Rz Ry Rx.
  case zyx
}
