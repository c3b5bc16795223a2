public import Datasets
public import Planning
public import Resampling
public import Volumes

/// Turns images into what the network of one configuration reads: transposed, cropped to non-zero,
/// normalised, resampled.
///
/// - Source: nnU-Net 2.8.1's `default_preprocessor.py`; Isensee et al., Nature Methods 18, 2021,
///   doi:10.1038/s41592-020-01008-z.
public struct Preprocessor: Sendable {
  /// The plan.
  public let plan: SegmentationPlan
  /// The name of the configuration.
  public let configurationName: String
  /// The configuration.
  public let configuration: Configuration
  let imageScheme: ResamplingScheme
  let labelScheme: ResamplingScheme

  /// A preprocessor for one configuration of a plan.
  ///
  /// - Throws: ``PreprocessingError`` if the plan has no such configuration, or it asks for an
  ///   unknown interpolation.
  public init(_ plan: SegmentationPlan, configuration name: String) throws(PreprocessingError) {
    self.plan = plan
    configurationName = name
    do throws(PlanningError) { configuration = try plan.configuration(name) } catch {
      throw .planning(error)
    }
    do throws(ResamplingError) {
      imageScheme = try ResamplingScheme(configuration.imageResampling)
      labelScheme = try ResamplingScheme(configuration.labelResampling)
    } catch {
      throw .resampling(error)
    }
  }

  /// Spacings of a case before and after resampling, along the transposed axes.
  ///
  /// A 2-D configuration leaves the first axis as it is.
  public func spacingChange(from spacing: [Double]) -> SpacingChange {
    let current = plan.transposeForward.map { spacing[$0] }
    let new =
      configuration.dimensions == 2
      ? [current[0]] + configuration.spacing : configuration.spacing
    return SpacingChange(current: current, new: new)
  }

  /// Preprocesses one case.
  ///
  /// An axis that the change of spacing would round to nothing keeps one voxel.
  ///
  /// - Parameters:
  ///   - images: The channels as read.
  ///   - labels: The labels (z, y, x), of the images' shape, or nil.
  ///   - id: The name of the case, for errors.
  /// - Returns: The case, its labels marked -1 where every channel is 0 and nothing is labelled.
  /// - Throws: ``PreprocessingError`` if the channels or their intensities do not fit the plan.
  /// - Complexity: O(voxels) on all threads; beside the result two channels of the image and its
  ///   labels.
  public func preprocess(
    _ images: CaseImages, labels: VoxelArray<LabelMap.Label>? = nil, id: String
  ) throws(PreprocessingError) -> PreprocessedCase {
    let schemes = configuration.normalizationSchemes
    guard images.channels.count == schemes.count else {
      throw .channelCount(id: id, expected: schemes.count, found: images.channels.count)
    }
    if let labels {
      precondition(
        labels.shape == images.shape, "labels of shape \(labels.shape) for \(images.shape)")
    }
    let order = plan.transposeForward
    let region = NonzeroRegion(of: images.channels)
    let box = region.box.transposed(by: order)
    let spacing = spacingChange(from: images.spacing)
    let shape = try resampledShape(of: box.shape, spacing, id: id)
    let marked = labels.map(region.markedLabels)
    let mask = normalizationMask(region, marked)

    var channels: [VoxelArray<Float>] = []
    for (index, channel) in images.channels.enumerated() {
      // Normalised before it is transposed: where the image has its mask.
      var cropped = channel.cropped(to: region.box)
      let normalization = IntensityNormalization(
        scheme: schemes[index], statistics: plan.foregroundIntensities[index])
      let isMasked = configuration.usesMaskForNormalization[index]
      if let problem = normalization.apply(to: &cropped, mask: isMasked ? mask : nil) {
        throw .intensities(id: id, channel: index, problem: problem)
      }
      channels.append(
        imageScheme.resample(cropped.transposed(by: order), to: shape, spacing: spacing))
    }
    return PreprocessedCase(
      channels: channels,
      labels: marked.map {
        labelScheme.resample(labels: $0.transposed(by: order), to: shape, spacing: spacing)
      },
      properties: CaseProperties(
        spacing: images.spacing, shapeBeforeCropping: images.shape.transposed(by: order), box: box))
  }

  /// 1 where statistics are taken: inside the non-zero region, and wherever something is labelled.
  private func normalizationMask(
    _ region: NonzeroRegion, _ marked: VoxelArray<Int16>?
  ) -> VoxelArray<UInt8>? {
    guard configuration.usesMaskForNormalization.contains(true) else { return nil }
    if let marked {
      return VoxelArray(
        shape: marked.shape, elements: mapInParallel(marked.elements) { $0 >= 0 ? 1 : 0 })
    }
    return VoxelArray(
      shape: region.mask.shape, elements: mapInParallel(region.mask.elements) { $0 ? 1 : 0 })
  }

  /// The extent of a case on this configuration's grid.
  ///
  /// - Parameters:
  ///   - properties: How the case was cut out of its image, for any configuration of the plan.
  ///   - id: The name of the case, for errors.
  /// - Returns: The extent, along the transposed axes.
  /// - Throws: ``PreprocessingError/tooLarge(id:spacing:expected:)``.
  public func resampledShape(
    of properties: CaseProperties, id: String
  ) throws(PreprocessingError) -> Shape3 {
    try resampledShape(
      of: properties.shapeAfterCropping, spacingChange(from: properties.spacing), id: id)
  }

  /// The shape after resampling, refused where positions would not fit into 32 bits.
  private func resampledShape(
    of shape: Shape3, _ spacing: SpacingChange, id: String
  ) throws(PreprocessingError) -> Shape3 {
    let wanted = (0..<3).map { Double(shape[$0]) * spacing.current[$0] / spacing.new[$0] }
    guard wanted.reduce(1, { $0 * max($1, 1) }) < Double(Int32.max) else {
      throw .tooLarge(id: id, spacing: spacing.current, expected: spacing.new)
    }
    let new = Resampling.resampledShape(shape, from: spacing.current, to: spacing.new)
    return Shape3(new.lengths.map { max(1, $0) })
  }
}

extension ResamplingScheme {
  /// The scheme of a plan's settings.
  public init(_ settings: ResamplingSettings) throws(ResamplingError) {
    let forced: Bool? =
      switch settings.separateAxis {
      case .automatic: nil
      case .always: true
      case .never: false
      }
    try self.init(
      plansOrder: settings.order, orderZ: settings.coarseOrder, forceSeparateZ: forced)
  }
}
