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
    self.spacing = spacing
    evaluator = SimilarityEvaluator(samples: samples, moving: moving, metric: settings.metric)
    leastOverlap = settings.leastOverlap
    radius = samples.radius
  }

  /// The cost of a map; infinite where too little overlaps.
  func cost(_ map: AffineMap) -> (cost: Double, inside: Double) {
    let found = evaluator.evaluate(
      matrix: map.matrix, image: map(evaluator.samples.centre), .cost)
    return (found.inside < leastOverlap ? .infinity : found.cost, found.inside)
  }

  /// Searches from a map.
  func minimise(
    from start: AffineMap, family: LinearFamily, limit: Int
  ) -> (map: AffineMap, cost: Double, steps: Int)? {
    let parameters = LinearParameters(
      family: family, centre: evaluator.samples.centre, start: start, radius: radius)
    let search = QuasiNewton(
      firstStep: spacing, longestStep: 3 * spacing, tolerance: 0.001 * spacing, limit: limit)
    let zero = [Double](repeating: 0, count: family.parameterCount)
    let found = search.minimise(from: zero) { p in
      let (matrix, image) = parameters.parts(p)
      let found = evaluator.evaluate(matrix: matrix, image: image, .costAndDerivative)
      guard found.inside >= leastOverlap, found.cost.isFinite, let derivative = found.derivative
      else { return nil }
      return (found.cost, parameters.gradient(p, of: derivative))
    }
    return found.map { (parameters.map($0.point), $0.value, $0.steps) }
  }
}
