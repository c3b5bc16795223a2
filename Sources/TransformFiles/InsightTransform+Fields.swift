import SpatialTransforms
import Volumes

extension InsightTransform {
  /// The field that the numbers mean, or nil for another class.
  func field(path: String, line: Int) throws(TransformFileError) -> WarpField? {
    switch name {
    case "DisplacementFieldTransform":
      let grid = try grid(order: .field, path: path, line: line)
      let count = grid.extent.count
      let components = (0..<3).map { axis in
        (0..<count).map { Float(parameters[3 * $0 + axis]) }
      }
      return .displacement(DisplacementField(geometry: grid, components: components))
    case "BSplineTransform":
      let grid = try grid(order: .spline, path: path, line: line)
      let count = grid.extent.count
      let coefficients = (0..<3).map { axis in
        parameters[axis * count..<(axis + 1) * count].map { Float($0) }
      }
      return .splines(SplineField(geometry: grid, coefficients: coefficients))
    default:
      return nil
    }
  }

  /// What the numbers stand on.
  private enum FieldKind {
    case field
    case spline
  }

  /// The grid: size, origin, spacing, direction row by row.
  private func grid(
    order kind: FieldKind, path: String, line: Int
  ) throws(TransformFileError) -> Geometry {
    func damaged(_ problem: String) -> TransformFileError {
      .damaged(path: path, line: line, problem: problem)
    }
    guard fixed.count == 18 else {
      throw damaged("\(name) with \(fixed.count) fixed parameters, expected 18")
    }
    let size = fixed[0..<3].map { Int(exactly: $0) ?? 0 }
    let smallest = kind == .spline ? 4 : 1
    guard size.allSatisfy({ smallest...100_000 ~= $0 }) else {
      throw damaged("a grid of \(fixed[0..<3].map { $0 }) nodes")
    }
    guard 3 * size[0] * size[1] * size[2] == parameters.count else {
      throw damaged("\(parameters.count) numbers for a grid of \(size), expected three per node")
    }
    var direction = Matrix3.identity
    for row in 0..<3 {
      for column in 0..<3 { direction[row, column] = fixed[9 + 3 * row + column] }
    }
    let spacing = Vector3(fixed[6], fixed[7], fixed[8])
    let isUsable = fixed.allSatisfy(\.isFinite) && (0..<3).allSatisfy { spacing[$0] > 0 }
    guard isUsable, direction.orthonormalityDefect <= 1e-2 else {
      throw damaged("its grid has no spacing above 0 along three perpendicular axes")
    }
    guard parameters.allSatisfy({ abs($0) < 1e6 }) else {
      throw damaged("a displacement is not finite, or is above a kilometre")
    }
    return Geometry(
      extent: Extent(x: size[0], y: size[1], z: size[2]), spacing: spacing,
      origin: Vector3(fixed[3], fixed[4], fixed[5]), direction: direction)
  }
}
