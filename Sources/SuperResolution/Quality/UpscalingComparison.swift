public import Volumes

/// What a model makes of an image whose truth is known, beside interpolation, which needs none.
public struct UpscalingComparison: Sendable {
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
  /// How well the model's image, degraded again, is the one it was made of; see
  /// ``UpscalingModel/Result/inconsistency``.
  public let inconsistency: Double

  /// Degrades an image as the model expects it, without noise, and raises its resolution again.
  ///
  /// Where factors are whole, voxels beyond the last whole coarse one are left out.
  ///
  /// - Parameters:
  ///   - truth: An image of high resolution.
  ///   - path: Its name, for errors.
  ///   - model: The model.
  ///   - backProjections: As of ``UpscalingModel/upscale(_:path:backProjections:tileLimit:)``.
  /// - Throws: ``UpscalingError``.
  public init(
    of truth: Volume<Float>, path: String, by model: UpscalingModel, backProjections: Int = 0
  ) throws(UpscalingError) {
    let factors = model.settings.networkFactors
    let whole = Shape3((0..<3).map { truth.extent.shape[$0] / factors[$0] * factors[$0] })
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
    let degraded = model.settings.degradation.applied(to: fine)
    coarse = Volume(
      voxels: degraded.elements, geometry: geometry.onGrid(degraded.shape.extent))
    let result = try model.upscale(
      coarse, onto: whole, path: path, backProjections: backProjections)
    linear = Volume(
      voxels: degraded.interpolatedLinearly(to: whole).elements, geometry: geometry)
    cubic = Volume(voxels: degraded.interpolated(to: whole).elements, geometry: geometry)
    self.model = Volume(voxels: result.image.voxels, geometry: geometry)
    self.truth = Volume(voxels: fine.elements, geometry: geometry)
    inconsistency = result.inconsistency
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
