import JSONDocuments
import Registration

extension LandmarkErrors {
  /// What the numbers of a row are.
  static let heading = ["error in mm", "mean", "SD", "median", "95th", "largest", "worst 30 %"]

  /// The figures for programs, in millimetres.
  var document: JSONValue {
    [
      "mean": .number(mean), "sd": .number(standardDeviation), "median": .number(median),
      "percentile_95": .number(percentile95), "largest": .number(largest),
      "mean_of_worst_30_percent": .number(meanOfWorst),
      "points": .array(distances.map { .number($0) }),
    ]
  }

  /// The figures for people.
  func row(_ name: String) -> [String] {
    [name]
      + [mean, standardDeviation, median, percentile95, largest, meanOfWorst].map { fixed($0, 2) }
  }
}
