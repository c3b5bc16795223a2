internal import Volumes

extension FieldSampling {
  /// Finds the point that the field moves to `target`.
  ///
  /// Steps by what is still missing, `x <- x + a (target - x - u(x))`; the step `a` is 1 as long as
  /// that helps and is halved where it does not.
  ///
  /// - Parameters:
  ///   - target: A world point.
  ///   - tolerance: Distance in millimetres at which to stop.
  ///   - limit: Largest number of steps.
  /// - Returns: The best point found, and how far from the target the field moves it.
  func preimage(
    of target: Vector3, tolerance: Double, limit: Int
  ) -> (point: Vector3, residual: Double) {
    var point = target
    var missing = target - point - displacement(at: point)
    var residual = missing.length
    var step = 1.0
    for _ in 0..<limit where residual > tolerance {
      let candidate = point + missing * step
      let left = target - candidate - displacement(at: candidate)
      if left.length < residual {
        (point, missing, residual) = (candidate, left, left.length)
        step = min(1, step * 2)
      } else {
        step /= 2
        if step < 1e-3 { break }
      }
    }
    return (point, residual)
  }
}

/// Steps of an inversion at most.
let inversionLimit = 50

extension WarpField {
  /// Distance in millimetres at which an inversion stops: a thousandth of the smallest spacing.
  var inversionTolerance: Double {
    let spacing =
      switch self {
      case .displacement(let field): field.geometry.spacing
      case .splines(let field): field.geometry.spacing
      }
    return 1e-3 * min(spacing.x, spacing.y, spacing.z)
  }
}
