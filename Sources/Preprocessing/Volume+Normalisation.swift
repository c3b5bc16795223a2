public import Planning
public import Volumes

extension Volume where Voxel == Float {
  /// The image with its intensities brought to a common scale, as preprocessing does.
  ///
  /// - Parameters:
  ///   - scheme: How.
  ///   - statistics: The dataset's statistics of this channel; needed for computed tomography, not
  ///     looked at otherwise.
  ///   - mask: For z-scores: voxels of label 0 are neither looked at nor changed; nil takes all
  ///     voxels.
  ///   - id: The name of the image, for errors.
  /// - Returns: The image on the same grid.
  /// - Throws: ``PreprocessingError/intensities(id:channel:problem:)`` if statistics are missing,
  ///   the mask has another extent, or the intensities do not fit the scheme.
  /// - Source: nnU-Net 2.8.1's `default_normalization_schemes.py`.
  public func normalised(
    by scheme: NormalizationScheme, statistics: IntensityStatistics? = nil,
    inside mask: LabelMap? = nil, of id: String
  ) throws(PreprocessingError) -> Volume {
    guard scheme != .ct || statistics != nil else {
      throw .intensities(
        id: id, channel: 0, problem: "computed tomography needs a dataset's statistics")
    }
    if let mask, mask.extent != extent {
      throw .intensities(
        id: id, channel: 0,
        problem: "the mask has \(mask.extent) voxels, expected \(extent); resample it first")
    }
    let unused = IntensityStatistics(
      mean: 0, median: 0, standardDeviation: 1, range: 0...0, percentiles: 0...0)
    let normalization = IntensityNormalization(
      scheme: scheme, statistics: statistics ?? unused)
    let shape = extent.shape
    var image = VoxelArray(shape: shape, elements: voxels)
    let inside = mask.map {
      VoxelArray(shape: shape, elements: mapInParallel($0.labels) { $0 != 0 ? 1 : UInt8(0) })
    }
    if let problem = normalization.apply(to: &image, mask: inside) {
      throw .intensities(id: id, channel: 0, problem: problem)
    }
    return Volume(voxels: image.elements, geometry: geometry)
  }
}
