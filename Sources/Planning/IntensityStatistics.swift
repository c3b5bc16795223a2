import JSONDocuments

/// The distribution of one channel's intensities over the labelled voxels of a dataset.
public struct IntensityStatistics: Sendable, Equatable {
  /// Mean.
  public var mean: Double
  /// Median.
  public var median: Double
  /// Standard deviation, of the population.
  public var standardDeviation: Double
  /// Smallest value.
  public var minimum: Double
  /// Largest value.
  public var maximum: Double
  /// The value below which 0.5 % lie.
  public var lowPercentile: Double
  /// The value below which 99.5 % lie.
  public var highPercentile: Double

  /// Statistics from their parts.
  public init(
    mean: Double, median: Double, standardDeviation: Double, range: ClosedRange<Double>,
    percentiles: ClosedRange<Double>
  ) {
    self.mean = mean
    self.median = median
    self.standardDeviation = standardDeviation
    minimum = range.lowerBound
    maximum = range.upperBound
    lowPercentile = percentiles.lowerBound
    highPercentile = percentiles.upperBound
  }

  init(_ fields: FieldReader) throws(PlanningError) {
    func number(_ name: String) throws(PlanningError) -> Double {
      try fields.value(name, "a number") { $0.double }
    }
    mean = try number("mean")
    median = try number("median")
    standardDeviation = try number("std")
    minimum = try number("min")
    maximum = try number("max")
    lowPercentile = try number("percentile_00_5")
    highPercentile = try number("percentile_99_5")
  }

  /// The statistics of every channel from an object whose names are the channels' numbers.
  static func all(_ fields: FieldReader) throws(PlanningError) -> [IntensityStatistics] {
    var result: [IntensityStatistics] = []
    for channel in fields.object.names.indices {
      result.append(try IntensityStatistics(try fields.object(String(channel))))
    }
    return result
  }

  /// The object of every channel's statistics, names sorted as nnU-Net sorts them.
  static func document(_ channels: [IntensityStatistics]) -> JSONValue {
    var object = JSONObject()
    for (index, channel) in channels.enumerated() { object[String(index)] = channel.document }
    return JSONValue.object(object).sortedByName
  }

  private var document: JSONValue {
    [
      "max": .number(maximum), "mean": .number(mean), "median": .number(median),
      "min": .number(minimum), "percentile_00_5": .number(lowPercentile),
      "percentile_99_5": .number(highPercentile), "std": .number(standardDeviation),
    ]
  }
}
