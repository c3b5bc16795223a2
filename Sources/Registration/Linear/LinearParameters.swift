internal import ElementaryFunctions
import SpatialTransforms
import Volumes

/// The linear maps of a family around one map, each given by a few numbers that are all millimetres.
///
/// A map is `x -> M (x - c) + c + t` about the centre `c`. The numbers change the start's `M` from the
/// right, by the exponential of a rotation vector, a factor, or a matrix that is added, and its `t`.
/// What turns or stretches is multiplied by `radius`, so that a step of 1 moves the samples by about
/// 1 mm whatever it changes.
struct LinearParameters: Sendable {
  let family: LinearFamily
  let centre: Vector3
  /// The map that all parameters 0 stand for.
  let start: AffineMap
  /// Typical distance of a sample from the centre in millimetres.
  let radius: Double

  /// The map's linear part, and where the centre goes.
  func parts(_ p: [Double]) -> (matrix: Matrix3, image: Vector3) {
    (start.matrix * change(p), start(centre) + Vector3(p[0], p[1], p[2]))
  }

  /// The map of the given parameters.
  func map(_ p: [Double]) -> AffineMap {
    let (matrix, image) = parts(p)
    return AffineMap(matrix: matrix, offset: image - matrix * centre)
  }

  /// The factor on the right of the start's matrix.
  private func change(_ p: [Double]) -> Matrix3 {
    switch family {
    case .translation:
      return .identity
    case .rigid:
      return Matrix3(rotationVector: rotation(p))
    case .similarity:
      var matrix = Matrix3(rotationVector: rotation(p))
      let factor = exponential(p[6] / radius)
      for column in 0..<3 { matrix.columns[column] = matrix.columns[column] * factor }
      return matrix
    case .affine:
      var matrix = Matrix3.identity
      for row in 0..<3 {
        for column in 0..<3 { matrix[row, column] += p[3 + 3 * row + column] / radius }
      }
      return matrix
    }
  }

  private func rotation(_ p: [Double]) -> Vector3 { Vector3(p[3], p[4], p[5]) * (1 / radius) }

  /// The derivative by the parameters from the one by the matrix and by where the centre goes.
  func gradient(_ p: [Double], of derivative: MapDerivative) -> [Double] {
    var result = [derivative.image.x, derivative.image.y, derivative.image.z]
    // d cost / d change = start.matrix^T * d cost / d matrix
    let inner = start.matrix.transposed * derivative.matrix
    switch family {
    case .translation:
      break
    case .rigid, .similarity:
      let factor = family == .similarity ? exponential(p[6] / radius) : 1
      let turn = Matrix3(rotationVector: rotation(p))
      let jacobian = Self.rightJacobian(rotation(p))
      for axis in 0..<3 {
        // d exp(w) / d w_a = exp(w) [J_r(w) e_a]
        let slope = turn * Matrix3(crossProductWith: jacobian.columns[axis])
        result.append(inner.inner(slope) * factor / radius)
      }
      if family == .similarity { result.append(inner.inner(turn) * factor / radius) }
    case .affine:
      for row in 0..<3 { for column in 0..<3 { result.append(inner[row, column] / radius) } }
    }
    return result
  }

  /// The right Jacobian of the exponential of rotation vectors.
  ///
  /// - Source: Chirikjian, "Stochastic Models, Information Theory, and Lie Groups", volume 2, 2012,
  ///   section 10.6.
  private static func rightJacobian(_ vector: Vector3) -> Matrix3 {
    let angle = vector.length
    let square = angle * angle
    let first = angle < 1e-3 ? 0.5 - square / 24 : (1 - cosine(angle)) / square
    let second = angle < 1e-3 ? 1.0 / 6 - square / 120 : (angle - sine(angle)) / (square * angle)
    let cross = Matrix3(crossProductWith: vector)
    let squared = cross * cross
    var result = Matrix3.identity
    for column in 0..<3 {
      result.columns[column] =
        result.columns[column] - cross.columns[column] * first + squared.columns[column] * second
    }
    return result
  }
}

/// How a cost changes with a linear map about a centre.
struct MapDerivative {
  /// By the entries of the matrix.
  var matrix: Matrix3
  /// By the point where the centre goes, per millimetre.
  var image: Vector3
}

extension Matrix3 {
  /// The sum of the products of corresponding entries.
  func inner(_ other: Matrix3) -> Double {
    (0..<3).reduce(0) { $0 + columns[$1].dot(other.columns[$1]) }
  }
}
