public import Datasets
public import Planning
public import Resampling
public import Volumes

/// Turns images into what the network of one configuration reads: transposed, cropped to non-zero, normalised, resampled.
///
/// - Source: nnU-Net 2.8.1's `default_preprocessor.py`; Isensee et al., Nature Methods 18, 2021, doi:10.1038/s41592-020-01008-z.
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
  /// - Throws: ``PreprocessingError`` if the plan has no such configuration, or it asks for an unknown interpolation.
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
  /// - Parameters:
  ///   - images: The channels as read.
  ///   - labels: The labels (z, y, x), or nil.
  ///   - id: The name of the case, for errors.
  /// - Throws: ``PreprocessingError`` if the channels do not fit the plan.
  public func preprocess(
    _ images: CaseImages, labels: VoxelArray<LabelMap.Label>? = nil, id: String
  ) throws(PreprocessingError) -> PreprocessedCase {
    let schemes = configuration.normalizationSchemes
    guard images.channels.count == schemes.count else {
      throw .channelCount(id: id, expected: schemes.count, found: images.channels.count)
    }
    let order = plan.transposeForward
    let transposed = images.channels.map { $0.transposed(by: order) }
    let region = NonzeroRegion(of: transposed)
    let spacing = spacingChange(from: images.spacing)
    let shape = resampledShape(region.box.shape, from: spacing.current, to: spacing.new)
    var channels: [VoxelArray<Float>] = []
    for (index, channel) in transposed.enumerated() {
      var cropped = channel.cropped(to: region.box)
      let normalization = IntensityNormalization(
        scheme: schemes[index], usesMask: configuration.usesMaskForNormalization[index],
        statistics: plan.foregroundIntensities[index])
      if let problem = normalization.apply(to: &cropped, mask: region.mask) {
        throw .intensities(id: id, channel: index, problem: problem)
      }
      channels.append(imageScheme.resample(cropped, to: shape, spacing: spacing))
    }
    let marked = labels.map { labels in
      labelScheme.resample(
        labels: region.markedLabels(labels.transposed(by: order)), to: shape, spacing: spacing)
    }
    return PreprocessedCase(
      channels: channels, labels: marked,
      properties: CaseProperties(
        spacing: images.spacing, shapeBeforeCropping: images.shape.transposed(by: order),
        box: region.box))
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
