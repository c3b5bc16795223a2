import SpatialTransforms
import Volumes

/// One transform of ITK by its class and numbers.
struct InsightTransform {
  /// The class without its numbers of dimensions, such as `AffineTransform`.
  let name: String
  let parameters: [Double]
  let fixed: [Double]

  /// The linear map that the numbers mean, or nil for a class that is not linear or not known.
  ///
  /// - Source: ITK 5.4's classes of these names; committed as test fixtures.
  func affine(path: String, line: Int) throws(TransformFileError) -> AffineMap? {
    guard let counts = Self.linear[name] else { return nil }
    guard counts.parameters.contains(parameters.count), counts.fixed.contains(fixed.count) else {
      throw .damaged(
        path: path, line: line,
        problem: "\(name) with \(parameters.count) parameters and \(fixed.count) fixed parameters,"
          + " expected \(counts.parameters[0]) and \(counts.fixed[0])")
    }
    let centre = fixed.count >= 3 ? vector(fixed, 0) : Vector3(0, 0, 0)
    var matrix = Matrix3.identity
    var translation = Vector3(0, 0, 0)
    switch name {
    case "TranslationTransform":
      translation = vector(parameters, 0)
    case "ScaleTransform":
      for axis in 0..<3 { matrix[axis, axis] = parameters[axis] }
    case "Euler3DTransform":
      let order: EulerOrder = fixed.count == 4 && fixed[3] != 0 ? .zyx : .zxy
      matrix = Matrix3(eulerAngles: vector(parameters, 0), order: order)
      translation = vector(parameters, 3)
    case "AffineTransform", "MatrixOffsetTransformBase", "Rigid3DTransform":
      for row in 0..<3 {
        for column in 0..<3 { matrix[row, column] = parameters[3 * row + column] }
      }
      translation = vector(parameters, 9)
    case "QuaternionRigidTransform":
      let length = parameters[0..<4].reduce(0) { $0 + $1 * $1 }.squareRoot()
      let sign: Double = parameters[3] < 0 ? -1 : 1
      matrix = try rotation(vector(parameters, 0) * (sign / length), path, line)
      translation = vector(parameters, 4)
    case "IdentityTransform":
      break
    default:
      matrix = try rotation(vector(parameters, 0), path, line)
      addStretch(to: &matrix)
      if parameters.count > 3 { translation = vector(parameters, 3) }
    }
    return try usable(
      AffineMap(matrix: matrix, centre: centre, translation: translation), path: path, line: line)
  }

  /// What the classes that begin with a versor and a translation do beside them.
  private func addStretch(to matrix: inout Matrix3) {
    if name == "Similarity3DTransform" {
      for axis in 0..<3 { matrix.columns[axis] = matrix.columns[axis] * parameters[6] }
    }
    // ITK adds these to the rotation's matrix in place of multiplying.
    if parameters.count >= 9 {
      for axis in 0..<3 { matrix[axis, axis] += parameters[6 + axis] - 1 }
    }
    if parameters.count == 15 {
      let places = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
      for (index, place) in places.enumerated() {
        matrix[place.0, place.1] += parameters[9 + index]
      }
    }
  }

  private func rotation(
    _ versor: Vector3, _ path: String, _ line: Int
  ) throws(TransformFileError) -> Matrix3 {
    guard let matrix = Matrix3(versor: versor) else {
      throw .damaged(
        path: path, line: line,
        problem: "a versor of length \(versor.length), expected at most 1")
    }
    return matrix
  }

  private func vector(_ numbers: [Double], _ start: Int) -> Vector3 {
    Vector3(numbers[start], numbers[start + 1], numbers[start + 2])
  }

  /// Numbers of parameters and fixed parameters of the linear classes; older versions of ITK wrote
  /// fewer.
  private static let linear: [String: (parameters: [Int], fixed: [Int])] = [
    "IdentityTransform": ([0], [0]),
    "TranslationTransform": ([3], [0]),
    "ScaleTransform": ([3], [3]),
    "Euler3DTransform": ([6], [4, 3]),
    "VersorTransform": ([3], [3]),
    "VersorRigid3DTransform": ([6], [3]),
    "QuaternionRigidTransform": ([7], [3]),
    "Similarity3DTransform": ([7], [3]),
    "ScaleVersor3DTransform": ([9], [3]),
    "ScaleSkewVersor3DTransform": ([15], [3]),
    "AffineTransform": ([12], [3]),
    "MatrixOffsetTransformBase": ([12], [3]),
    "Rigid3DTransform": ([12], [3]),
  ]
}
