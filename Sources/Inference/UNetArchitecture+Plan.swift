public import Datasets
public import Networks
public import Planning

extension UNetArchitecture {
  /// The network that a configuration has for a dataset's labels.
  public init(_ configuration: Configuration, labels: LabelSet) {
    self.init(
      configuration, inputChannels: configuration.inputChannels(for: labels),
      classes: labels.heads.count)
  }

  /// The network of a configuration.
  ///
  /// - Parameters:
  ///   - configuration: The configuration.
  ///   - inputChannels: Channels of the images, with those of a previous stage.
  ///   - classes: Channels of the logits.
  public init(_ configuration: Configuration, inputChannels: Int, classes: Int) {
    let plan = configuration.architecture
    self.init(
      encoder: plan.kind == .plain ? .plain : .residual, channels: (inputChannels, classes),
      features: plan.features, grid: (plan.kernelSizes, plan.strides),
      blocks: (plan.encoderDepths, plan.decoderDepths))
    hasBias = plan.hasBias
    epsilon = Float(plan.normalizationEpsilon)
  }
}
