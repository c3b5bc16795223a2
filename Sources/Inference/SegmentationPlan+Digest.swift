import FileOutput
public import Planning

extension SegmentationPlan {
  /// A digest of all that decides what a network of a configuration sees and how it is built.
  ///
  /// A checkpoint keeps it, so that weights are not used with a plan that was edited after training.
  ///
  /// - Parameter configuration: One of the plan's.
  /// - Returns: The same text for the same preprocessing, patch and network.
  public func digest(of configuration: Configuration) -> String {
    let (c, a) = (configuration, configuration.architecture)
    var text = "\(transposeForward) \(c.spacing) \(c.patchSize)"
    text += " \(c.normalizationSchemes.map(\.rawValue)) \(c.usesMaskForNormalization)"
    for settings in [c.imageResampling, c.labelResampling, c.probabilityResampling] {
      text += " \(settings.order) \(settings.coarseOrder) \(settings.separateAxis)"
    }
    text += " \(a.kind.rawValue) \(a.features) \(a.kernelSizes) \(a.strides)"
    text += " \(a.encoderDepths) \(a.decoderDepths) \(a.hasBias) \(a.normalizationEpsilon)"
    for statistics in foregroundIntensities {
      text += " \(statistics.mean) \(statistics.standardDeviation)"
      text += " \(statistics.lowPercentile) \(statistics.highPercentile)"
    }
    return contentDigest(of: text)
  }
}
