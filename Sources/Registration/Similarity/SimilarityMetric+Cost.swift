public import SpatialTransforms
public import Volumes

extension SimilarityMetric {
  /// The cost of two whole images under a map, smaller the better they fit.
  ///
  /// Every voxel of the fixed image counts that comes to lie in the moving image, whose values between
  /// voxels are linear; the bins of mutual information reach from the smallest to the largest
  /// intensity of each whole image. SimpleITK's metrics without sampling give the same numbers.
  ///
  /// - Parameters:
  ///   - moving: The image that is brought over.
  ///   - fixed: The image that stays.
  ///   - map: From points of the fixed image to points of the moving image.
  /// - Returns: The cost; 0 for the correlation, and for the mutual information, of unrelated images.
  /// - Throws: ``RegistrationError``, ``RegistrationError/noOverlap(share:)`` if nothing overlaps.
  public func cost(
    of moving: Volume<Float>, to fixed: Volume<Float>, through map: AffineMap
  ) throws(RegistrationError) -> Double {
    let evaluator = try evaluator(of: moving, to: fixed)
    let found = evaluator.evaluate(
      matrix: map.matrix, image: map(evaluator.samples.centre), .cost)
    guard found.inside > 0 else { throw .noOverlap(share: 0) }
    return found.cost
  }

  /// The cost as a function of a family's parameters, and its derivatives by them.
  ///
  /// - Parameters:
  ///   - moving: The image that is brought over.
  ///   - fixed: The image that stays.
  ///   - family: The maps.
  ///   - start: The map that all parameters 0 stand for.
  ///   - parameters: As many numbers as the family has, in millimetres.
  /// - Returns: The cost and its derivatives, one per parameter.
  /// - Throws: ``RegistrationError``.
  package func costAndGradient(
    of moving: Volume<Float>, to fixed: Volume<Float>, family: LinearFamily,
    around start: AffineMap,
    at parameters: [Double]
  ) throws(RegistrationError) -> (cost: Double, gradient: [Double]) {
    let evaluator = try evaluator(of: moving, to: fixed)
    let maps = LinearParameters(
      family: family, centre: evaluator.samples.centre, start: start,
      radius: evaluator.samples.radius)
    let (matrix, image) = maps.parts(parameters)
    let found = evaluator.evaluate(matrix: matrix, image: image, .costAndDerivative)
    guard let derivative = found.derivative, found.inside > 0 else { throw .noOverlap(share: 0) }
    return (found.cost, maps.gradient(parameters, of: derivative))
  }

  private func evaluator(
    of moving: Volume<Float>, to fixed: Volume<Float>
  ) throws(RegistrationError) -> SimilarityEvaluator {
    let fixedImage = try PreparedImage(fixed, mask: nil, range: fixed.range, role: .fixed)
    let movingImage = try PreparedImage(moving, mask: nil, range: moving.range, role: .moving)
    let samples = SampleSet(
      fixedImage, centre: fixed.geometry.centre, limit: .max, placement: .centres)
    return SimilarityEvaluator(samples: samples, moving: movingImage, metric: self)
  }
}

extension Volume where Voxel == Float {
  /// Smallest to largest finite intensity; nil if there is none or only one.
  fileprivate var range: ClosedRange<Float>? {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in voxels where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    return low < high ? low...high : nil
  }
}
