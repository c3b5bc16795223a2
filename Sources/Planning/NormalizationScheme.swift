/// How the intensities of a channel are normalised before training and prediction.
///
/// Raw values are the names of nnU-Net's classes, as plans hold them.
public enum NormalizationScheme: String, Sendable, CaseIterable {
  /// Clip to the dataset's percentiles, subtract its mean, divide by its standard deviation: for
  /// calibrated intensities.
  case ct = "CTNormalization"
  /// Subtract the image's own mean, divide by its standard deviation.
  case zScore = "ZScoreNormalization"
  /// Leave as it is.
  case none = "NoNormalization"
  /// Map the image's own range to 0 ... 1.
  case rescaleTo01 = "RescaleTo01Normalization"
  /// Divide by 255.
  case rgbTo01 = "RGBTo01Normalization"

  /// The scheme that a channel's name asks for; z-score for a name without a rule, such as `T1`.
  ///
  /// - Source: nnU-Net v2's table of channel names, without regard to case.
  public init(channelName: String) {
    self =
      switch channelName.lowercased() {
      case "ct": .ct
      case "nonorm": .none
      case "rescale_to_0_1": .rescaleTo01
      case "rgb_to_0_1": .rgbTo01
      default: .zScore
      }
  }

  /// Whether statistics may be limited to the non-zero region without moving the voxels outside of
  /// it.
  public var permitsMask: Bool { self == .zScore }
}
