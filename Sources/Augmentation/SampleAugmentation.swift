/// Everything that is done to one sample, with all numbers drawn: the same value gives the same sample, bit for bit.
///
/// Print it, store it as JSON, or change one number and apply it again.
public struct SampleAugmentation: Hashable, Sendable, Codable {
  /// How the patch lies in the case.
  public var spatial = SpatialTransform()
  /// Added noise.
  public var noise: GaussianNoise?
  /// Smoothing.
  public var blur: GaussianBlur?
  /// Scaled brightness.
  public var brightness: BrightnessScaling?
  /// Scaled contrast.
  public var contrast: ContrastScaling?
  /// Lowered resolution.
  public var lowResolution: LowResolutionSimulation?
  /// The power that bends the bright end.
  public var invertedGamma: GammaCorrection?
  /// The power that bends the dark end.
  public var gamma: GammaCorrection?
  /// Flips.
  public var mirroring = Mirroring(axes: [])
  /// Errors of the masks of a cascade's previous stage, made last.
  public var maskErrors: MaskErrors?

  /// A sample that is only cut.
  public init() {}

  /// Changes the intensities of a patch, then flips it, in the order of the properties; the spatial transform and errors of masks
  /// are not applied.
  public func applyAfterSampling(to patch: PatchMemory) {
    noise?.apply(to: patch)
    blur?.apply(to: patch)
    brightness?.apply(to: patch)
    contrast?.apply(to: patch)
    lowResolution?.apply(to: patch)
    invertedGamma?.apply(to: patch)
    gamma?.apply(to: patch)
    mirroring.apply(to: patch)
  }
}
