internal import JSONDocuments
public import PresetFiles

extension LinearSettings {
  /// The embedded preset of a name, or the settings in a file such as an edited copy of one of
  /// `Plans/registration`.
  ///
  /// - Parameter preset: The name of a linear preset, or a path that ends in `.json`.
  /// - Throws: `PresetError`.
  public init(preset: String) throws(PresetError) {
    try self.init(try PresetCollection.registration.fields(of: preset))
  }

  /// Interprets all fields of a preset, and no others.
  ///
  /// - Throws: `PresetError`.
  public init(_ fields: PresetFields) throws(PresetError) {
    self.init()
    try fields.checkNames([
      "family", "metric", "bins", "spacings_mm", "small_image_mm", "samples", "between_slices",
      "starts", "fixed_range", "moving_range", "least_overlap", "least_improvement",
    ])
    func range(_ name: String) throws(PresetError) -> ClosedRange<Float>? {
      if fields.object[name] == .null { return nil }
      guard let ends = fields.object[name]?.doubles, ends.count == 2, ends[0] < ends[1],
        ends.allSatisfy({ abs($0) < 1e30 })
      else { throw fields.wrong(name, "null or two rising numbers") }
      return Float(ends[0])...Float(ends[1])
    }
    family = try fields.choice("family")
    starts = try fields.choice("starts")
    let bins = try fields.wholeNumber("bins", 8...200)
    metric =
      switch try fields.choice("metric", MetricName.self) {
      case .mutualInformation: .mutualInformation(bins: bins)
      case .normalisedMutualInformation: .normalisedMutualInformation(bins: bins)
      case .correlation: .correlation
      case .meanSquares: .meanSquares
      }
    guard let spacings = fields.object["spacings_mm"]?.doubles, 1...10 ~= spacings.count,
      spacings.allSatisfy({ 0.01...1000 ~= $0 }), spacings == spacings.sorted(by: >)
    else { throw fields.wrong("spacings_mm", "falling numbers from 1000 to 0.01") }
    self.spacings = spacings
    smallImage = try fields.number("small_image_mm", 0...10_000)
    sampleLimit = try fields.wholeNumber("samples", 1000...1_000_000_000)
    betweenSlices = try fields.choice("between_slices")
    fixedRange = try range("fixed_range")
    movingRange = try range("moving_range")
    leastOverlap = try fields.number("least_overlap", 0.01...1)
    leastImprovement = try fields.number("least_improvement", 0...1e9)
  }

  private enum MetricName: String, CaseIterable {
    case mutualInformation = "mutual_information"
    case normalisedMutualInformation = "normalised_mutual_information"
    case correlation
    case meanSquares = "mean_squares"
  }
}
