import SpatialTransforms
import Volumes

/// Both images at one resolution, ready for maps to be compared.
struct RegistrationLevel: Sendable {
  /// Target spacing in millimetres.
  let spacing: Double
  let evaluator: SimilarityEvaluator
  let leastOverlap: Double
  let radius: Double

  init(
    fixed: PreparedImage, moving: PreparedImage, spacing: Double, settings: LinearSettings
  ) {
    let samples = SampleSet(
      fixed, centre: fixed.image.geometry.centre, limit: settings.sampleLimit,
      placement: .jittered(seed: settings.seed))
    self.init(
      spacing: spacing,
      evaluator: SimilarityEvaluator(samples: samples, moving: moving, metric: settings.metric),
      leastOverlap: settings.leastOverlap, radius: samples.radius)
  }

  private init(
    spacing: Double, evaluator: SimilarityEvaluator, leastOverlap: Double, radius: Double
  ) {
    (self.spacing, self.evaluator) = (spacing, evaluator)
    (self.leastOverlap, self.radius) = (leastOverlap, radius)
  }

  /// The level with fewer samples, for a first look at many maps.
  func thinned(to count: Int) -> RegistrationLevel {
    RegistrationLevel(
      spacing: spacing,
      evaluator: SimilarityEvaluator(
        samples: evaluator.samples.thinned(to: count), moving: evaluator.moving,
        metric: evaluator.metric), leastOverlap: leastOverlap, radius: radius)
  }

  /// The level with those samples alone that some maps all bring into the moving image; nil if these
  /// are less than half of what one of them does, or too few.
  func restricted(inside maps: [AffineMap], margin: Double) -> RegistrationLevel? {
    let part = evaluator.restricted(inside: maps, margin: margin)
    let most = maps.map { cost($0).inside }.max() ?? 0
    guard part.samples.count >= 50,
      2 * Double(part.samples.count) >= most * Double(evaluator.samples.count)
    else { return nil }
    return RegistrationLevel(
      spacing: spacing, evaluator: part, leastOverlap: 0.5, radius: radius)
  }

  /// The cost of a map; infinite where too little overlaps.
  func cost(_ map: AffineMap) -> (cost: Double, inside: Double) {
    let found = evaluator.evaluate(
      matrix: map.matrix, image: map(evaluator.samples.centre), .cost)
    return (found.inside < leastOverlap ? .infinity : found.cost, found.inside)
  }

  /// A map that a search has come to, with what it has learnt of the cost's second derivatives.
  struct Minimum {
    var map: AffineMap
    var cost: Double
    var steps: Int
    var curvature: QuasiNewton.Curvature
  }

  /// Searches from a map.
  ///
  /// - Parameters:
  ///   - start: The map.
  ///   - family: What may be changed of it.
  ///   - curvature: What an earlier search of the same family has learnt.
  ///   - precision: Part of the spacing that the last step may have.
  ///   - limit: Steps at most.
  /// - Returns: The best map seen; nil if too little overlaps at the start.
  func minimise(
    from start: AffineMap, family: LinearFamily, curvature: QuasiNewton.Curvature? = nil,
    precision: Double, limit: Int
  ) -> Minimum? {
    let parameters = LinearParameters(
      family: family, centre: evaluator.samples.centre, start: start, radius: radius)
    let search = QuasiNewton(
      firstStep: spacing, longestStep: 3 * spacing, tolerance: precision * spacing, limit: limit)
    let zero = [Double](repeating: 0, count: family.parameterCount)
    let found = search.minimise(from: zero, curvature: curvature) { p in
      let (matrix, image) = parameters.parts(p)
      let found = evaluator.evaluate(matrix: matrix, image: image, .costAndDerivative)
      guard found.inside >= leastOverlap, found.cost.isFinite, let derivative = found.derivative
      else { return nil }
      return (found.cost, parameters.gradient(p, of: derivative))
    }
    return found.map {
      Minimum(
        map: parameters.map($0.point), cost: $0.value, steps: $0.steps, curvature: $0.curvature)
    }
  }
}
