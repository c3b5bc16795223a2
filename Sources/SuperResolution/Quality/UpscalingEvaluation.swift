public import JSONDocuments
public import Volumes

/// What a model makes of an image whose truth is known, beside interpolation, which needs none.
public struct UpscalingEvaluation: Sendable {
  /// Linear interpolation.
  public let linear: ImageQuality
  /// Cubic B-spline interpolation.
  public let cubic: ImageQuality
  /// The model.
  public let model: ImageQuality
  /// How well the result, degraded again, is the image it was made of: root of the mean squared difference as a share of the range.
  public let inconsistency: Double
  /// The images themselves, on the fine grid except for the coarse one.
  public let images: Images

  /// What was compared.
  public struct Images: Sendable {
    /// What the scanner of low resolution would have given.
    public let coarse: Volume<Float>
    /// Linear interpolation of it.
    public let linear: Volume<Float>
    /// Cubic B-spline interpolation of it.
    public let cubic: Volume<Float>
    /// What the model makes of it.
    public let model: Volume<Float>
    /// The image itself.
    public let truth: Volume<Float>
  }

  /// Degrades an image as the model expects it, without noise, and raises its resolution again.
  ///
  /// Voxels beyond the last whole coarse one are left out.
  ///
  /// - Parameters:
  ///   - truth: An image of high resolution.
  ///   - path: Its name, for errors.
  ///   - model: The model.
  /// - Throws: ``UpscalingError``.
  public init(
    of truth: Volume<Float>, path: String, by model: UpscalingModel
  ) throws(UpscalingError) {
    let factors = model.settings.factors
    let whole = Shape3(
      (0..<3).map { truth.extent.shape[$0] / factors[$0] * factors[$0] })
    guard whole.count > 0 else {
      throw .image(path: path, problem: "is too small: \(truth.extent) voxels")
    }
    guard truth.voxels.allSatisfy(\.isFinite) else {
      throw .image(
        path: path,
        problem: "holds NaN or infinite voxels; replace them by a meaningful value such as 0")
    }
    var geometry = truth.geometry
    geometry.extent = whole.extent
    geometry.niftiOrientation = nil
    let fine = VoxelArray(shape: truth.extent.shape, elements: truth.voxels)
      .block(at: [0, 0, 0], shape: whole)
    let degradation = model.settings.degradation
    let coarse = degradation.applied(to: fine)
    let coarseGeometry = geometry.onGrid(coarse.shape.extent)
    let coarseVolume = Volume(voxels: coarse.elements, geometry: coarseGeometry)
    let made = try model.upscale(coarseVolume, path: path).image
    let (linear, cubic) = (coarse.interpolatedLinearly(to: whole), coarse.interpolated(to: whole))
    let result = VoxelArray(shape: whole, elements: made.voxels)
    self.linear = ImageQuality(of: linear, truth: fine)
    self.cubic = ImageQuality(of: cubic, truth: fine)
    self.model = ImageQuality(of: result, truth: fine)
    let again = degradation.applied(to: result)
    let squares = zip(again.elements, coarse.elements).reduce(0.0) {
      $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
    }
    let range = Double((coarse.elements.max() ?? 0) - (coarse.elements.min() ?? 0))
    inconsistency = (squares / Double(coarse.elements.count)).squareRoot() / max(range, 1e-30)
    images = Images(
      coarse: coarseVolume, linear: Volume(voxels: linear.elements, geometry: geometry),
      cubic: Volume(voxels: cubic.elements, geometry: geometry),
      model: Volume(voxels: made.voxels, geometry: geometry),
      truth: Volume(voxels: fine.elements, geometry: geometry))
  }

  /// The fields of a report.
  public var document: JSONValue {
    [
      "linear": linear.document, "cubic": cubic.document, "model": model.document,
      "inconsistency": .number(inconsistency),
    ]
  }
}

extension VoxelArray<Float> {
  /// Linear interpolation onto a grid that covers the same space.
  func interpolatedLinearly(to target: Shape3) -> VoxelArray {
    var result = self
    for axis in 0..<3 where target[axis] != shape[axis] {
      result = AxisOperator.linear(shape[axis], to: target[axis])(result, along: axis)
    }
    return result
  }
}
