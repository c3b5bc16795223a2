/// How alike two aligned images are, as a cost that is smaller the better they fit.
public enum SimilarityMetric: Hashable, Sendable {
  /// The negative mutual information in nats, for images of different contrast or kind.
  ///
  /// - Parameter bins: Intervals of intensity per image, at least 8.
  /// - Source: Mattes et al., IEEE TMI 22(1), 2003, doi:10.1109/TMI.2003.809072, as in ITK 5.4.
  case mutualInformation(bins: Int = 32)
  /// The negative ratio of both images' entropies and their joint entropy, which depends less on how
  /// much of the images overlaps.
  ///
  /// - Parameter bins: Intervals of intensity per image, at least 8.
  /// - Source: Studholme, Hill, Hawkes, Pattern Recognition 32(1), 1999,
  ///   doi:10.1016/S0031-3203(98)00091-0.
  case normalisedMutualInformation(bins: Int = 32)
  /// The negative squared correlation coefficient, for images whose intensities depend linearly on
  /// one another.
  case correlation
  /// The mean squared difference, for images of equal intensities.
  case meanSquares

  /// Bins of the joint histogram; nil for a metric without one.
  var bins: Int? {
    switch self {
    case .mutualInformation(let bins), .normalisedMutualInformation(let bins): bins
    case .correlation, .meanSquares: nil
    }
  }
}
