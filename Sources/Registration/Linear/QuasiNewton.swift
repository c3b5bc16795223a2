/// Minimises a smooth function of a few numbers with approximate second derivatives (BFGS).
///
/// Steps are shortened until the function falls enough (Armijo). The best point seen is the result.
///
/// - Source: Nocedal, Wright, "Numerical Optimization", 2nd edition, 2006, chapters 3 and 6.
struct QuasiNewton {
  /// Length of the first step.
  var firstStep: Double
  /// No step is longer.
  var longestStep: Double
  /// A step shorter than this ends the search.
  var tolerance: Double
  /// Steps at most.
  var limit: Int

  /// A function's value and derivatives; nil where it is not defined.
  typealias Function = ([Double]) -> (value: Double, gradient: [Double])?

  /// The end of a search.
  struct Minimum {
    var point: [Double]
    var value: Double
    var steps: Int
    var curvature: Curvature
  }

  /// The approximate inverse of the second derivatives.
  struct Curvature: Sendable {
    fileprivate var inverse: [[Double]]
  }

  /// Searches from a point at which the function is defined.
  ///
  /// - Parameters:
  ///   - start: The point.
  ///   - curvature: What a search of a function like this one has ended with.
  ///   - function: What to minimise.
  /// - Returns: The best point seen; nil if the function is not defined at `start`.
  func minimise(
    from start: [Double], curvature: Curvature? = nil, _ function: Function
  ) -> Minimum? {
    guard var current = function(start) else { return nil }
    var point = start
    var inverse = Self.scaledIdentity(start.count, firstScale(current.gradient))
    var isFresh = true
    if let known = curvature?.inverse, known.count == start.count {
      (inverse, isFresh) = (known, false)
    }
    var steps = 0
    while steps < limit {
      var direction = Self.product(inverse, current.gradient).map { -$0 }
      var slope = Self.dot(direction, current.gradient)
      if !(slope < 0) {
        inverse = Self.scaledIdentity(start.count, firstScale(current.gradient))
        isFresh = true
        direction = Self.product(inverse, current.gradient).map { -$0 }
        slope = Self.dot(direction, current.gradient)
        guard slope < 0 else { break }
      }
      let length = Self.dot(direction, direction).squareRoot()
      if length > longestStep {
        direction = direction.map { $0 * longestStep / length }
        slope *= longestStep / length
      }
      guard let (share, next) = shorten(point, direction, slope, current.value, function) else {
        // A bad approximation is given up once; then there is nothing to gain.
        if isFresh { break }
        inverse = Self.scaledIdentity(start.count, firstScale(current.gradient))
        isFresh = true
        continue
      }
      steps += 1
      let step = direction.map { $0 * share }
      let change = zip(next.gradient, current.gradient).map { $0 - $1 }
      point = zip(point, step).map { $0 + $1 }
      Self.update(&inverse, step: step, change: change, isFresh: isFresh)
      isFresh = false
      current = next
      if Self.dot(step, step).squareRoot() < tolerance { break }
    }
    return Minimum(
      point: point, value: current.value, steps: steps, curvature: Curvature(inverse: inverse))
  }

  private func firstScale(_ gradient: [Double]) -> Double {
    firstStep / max(Self.dot(gradient, gradient).squareRoot(), .leastNormalMagnitude)
  }

  /// The largest tried part of a step that makes the function fall enough.
  private func shorten(
    _ point: [Double], _ direction: [Double], _ slope: Double, _ value: Double,
    _ function: Function
  ) -> (share: Double, (value: Double, gradient: [Double]))? {
    var share = 1.0
    let length = Self.dot(direction, direction).squareRoot()
    for _ in 0..<12 {
      let candidate = zip(point, direction).map { $0 + $1 * share }
      if let found = function(candidate) {
        if found.value <= value + 1e-4 * share * slope { return (share, found) }
        // The minimum of the parabola through what is known, within reason.
        let curvature = found.value - value - share * slope
        let best = -slope * share * share / (2 * curvature)
        share = min(max(best, 0.1 * share), 0.5 * share)
      } else {
        share *= 0.5
      }
      if share * length < 0.1 * tolerance { return nil }
    }
    return nil
  }

  /// Brings the inverse second derivatives up to date.
  private static func update(
    _ inverse: inout [[Double]], step: [Double], change: [Double], isFresh: Bool
  ) {
    let product = dot(step, change)
    let squares = dot(change, change)
    guard product > 1e-10 * (dot(step, step) * squares).squareRoot() else { return }
    if isFresh { inverse = scaledIdentity(step.count, product / squares) }
    let image = Self.product(inverse, change)
    let factor = (1 + dot(change, image) / product) / product
    for row in step.indices {
      for column in step.indices {
        inverse[row][column] +=
          factor * step[row] * step[column]
          - (image[row] * step[column] + step[row] * image[column]) / product
      }
    }
  }

  private static func scaledIdentity(_ count: Int, _ scale: Double) -> [[Double]] {
    (0..<count).map { row in (0..<count).map { $0 == row ? scale : 0 } }
  }

  private static func product(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
    matrix.map { dot($0, vector) }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
