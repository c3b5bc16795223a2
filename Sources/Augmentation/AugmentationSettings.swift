public import RandomNumbers

/// Probabilities and ranges of all augmentations, in the order in which they are applied.
///
/// - Source: nnU-Net 2.8.1's training transforms, doi:10.1038/s41592-020-01008-z.
public struct AugmentationSettings: Hashable, Sendable, Codable {
  /// Turns and scaling.
  public var spatial = RandomSpatialTransform()
  /// Noise.
  public var noise = RandomGaussianNoise()
  /// Smoothing.
  public var blur = RandomGaussianBlur()
  /// Brightness.
  public var brightness = RandomBrightnessScaling()
  /// Contrast.
  public var contrast = RandomContrastScaling()
  /// Loss of resolution.
  public var lowResolution = RandomLowResolution()
  /// Gamma correction of the negated image.
  public var invertedGamma = RandomGammaCorrection(probability: 0.1, direction: .bright)
  /// Gamma correction.
  public var gamma = RandomGammaCorrection(probability: 0.3, direction: .dark)
  /// Flips along the axes of the patch geometry.
  public var mirroring = RandomMirroring()

  /// The reference's probabilities and ranges.
  public init() {}

  /// Draws all parameters of one sample.
  public func draw(
    for geometry: PatchGeometry, channelCount: Int, from generator: inout SplitMix64
  ) -> SampleAugmentation {
    var sample = SampleAugmentation()
    sample.spatial = spatial.draw(for: geometry, from: &generator)
    sample.noise = noise.draw(from: &generator)
    sample.blur = blur.draw(channelCount: channelCount, from: &generator)
    sample.brightness = brightness.draw(channelCount: channelCount, from: &generator)
    sample.contrast = contrast.draw(channelCount: channelCount, from: &generator)
    sample.lowResolution = lowResolution.draw(
      channelCount: channelCount, space: geometry.space, from: &generator)
    sample.invertedGamma = invertedGamma.draw(channelCount: channelCount, from: &generator)
    sample.gamma = gamma.draw(channelCount: channelCount, from: &generator)
    sample.mirroring = mirroring.draw(along: geometry.mirrorAxes, from: &generator)
    return sample
  }

  /// Checks that every probability is one and that every range suits its transform.
  ///
  /// - Throws: ``AugmentationError/invalidProbability(setting:found:)`` or
  ///   ``AugmentationError/invalidRange(setting:found:expected:)``.
  public func validate() throws(AugmentationError) {
    let probabilities: [(String, Float)] = [
      ("spatial.rotationProbability", spatial.rotationProbability),
      ("spatial.scalingProbability", spatial.scalingProbability),
      ("noise.probability", noise.probability),
      ("blur.probability", blur.probability),
      ("blur.channelProbability", blur.channelProbability),
      ("brightness.probability", brightness.probability),
      ("contrast.probability", contrast.probability),
      ("lowResolution.probability", lowResolution.probability),
      ("lowResolution.channelProbability", lowResolution.channelProbability),
      ("invertedGamma.probability", invertedGamma.probability),
      ("gamma.probability", gamma.probability),
      ("mirroring.axisProbability", mirroring.axisProbability),
    ]
    for (setting, found) in probabilities where !(0...1).contains(found) {
      throw .invalidProbability(setting: setting, found: found)
    }
    let ranges: [(String, ClosedRange<Float>, ClosedRange<Float>)] = [
      ("spatial.scaleRange", spatial.scaleRange, 0.01...100),
      ("noise.standardDeviationRange", noise.standardDeviationRange, 0...1e6),
      ("blur.widthRange", blur.widthRange, 0.1...50),
      ("brightness.factor", brightness.factor.range, 0...1e6),
      ("contrast.factor", contrast.factor.range, 0...1e6),
      ("lowResolution.scaleRange", lowResolution.scaleRange, 0.01...1),
      ("invertedGamma.exponent", invertedGamma.exponent.range, 0.01...8),
      ("gamma.exponent", gamma.exponent.range, 0.01...8),
    ]
    for (setting, found, allowed) in ranges
    where found.lowerBound < allowed.lowerBound || found.upperBound > allowed.upperBound {
      throw .invalidRange(
        setting: setting, found: found,
        expected: "bounds in \(allowed.lowerBound)...\(allowed.upperBound)")
    }
  }
}
