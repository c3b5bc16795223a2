public import JSONDocuments

/// How to preprocess a dataset and which networks to train on it: nnU-Net's `plans.json`.
///
/// A plan that was read is written again with every field it had, known or not, in the same order.
///
/// - Source: nnU-Net 2.8.1's plans.
public struct SegmentationPlan: Sendable, Equatable {
  /// Name of the dataset.
  public let datasetName: String
  /// Name of the plans.
  public let plansName: String
  /// Axis of the image (z, y, x) that becomes each axis of the arrays.
  public let transposeForward: [Int]
  /// Axis of the arrays that becomes each axis of the image.
  public let transposeBackward: [Int]
  /// Intensities of the labelled voxels, channel by channel.
  public let foregroundIntensities: [IntensityStatistics]
  /// Names of the configurations, in the order of the file.
  public let configurationNames: [String]
  /// The document as it was read, or as nnU-Net would write it.
  public let document: JSONValue
  /// The file it came from, for messages.
  public let source: String

  private let configurations: [Configuration]

  /// A configuration by its name, such as `3d_fullres`, with what it inherits.
  ///
  /// - Throws: ``PlanningError/unknownConfiguration(_:file:available:)``.
  public func configuration(_ name: String) throws(PlanningError) -> Configuration {
    guard let index = configurationNames.firstIndex(of: name) else {
      throw .unknownConfiguration(name, file: source, available: configurationNames)
    }
    return configurations[index]
  }

  /// Reads a plan.
  ///
  /// - Parameter path: A `plans.json`.
  /// - Throws: ``PlanningError`` naming the file and the field.
  public init(contentsOf path: String) throws(PlanningError) {
    try self.init(try FieldReader.document(at: path), from: path)
  }

  /// Interprets a document; every field of every configuration is checked.
  ///
  /// - Parameters:
  ///   - document: The document.
  ///   - file: Where it came from, for messages.
  /// - Throws: ``PlanningError`` naming the field.
  public init(_ document: JSONValue, from file: String) throws(PlanningError) {
    let fields = try FieldReader(document, file: file)
    datasetName = try fields.string("dataset_name")
    plansName = try fields.string("plans_name")
    func permutation(_ field: String) throws(PlanningError) -> [Int] {
      try fields.value(field, "an order of the axes 0, 1, 2") {
        $0.ints.flatMap { $0.sorted() == [0, 1, 2] ? $0 : nil }
      }
    }
    let forward = try permutation("transpose_forward")
    let backward = try permutation("transpose_backward")
    guard backward.map({ forward[$0] }) == [0, 1, 2] else {
      throw .wrongField(
        file: file, field: "transpose_backward", expected: "the inverse of \(forward)",
        found: "\(backward)")
    }
    transposeForward = forward
    transposeBackward = backward
    // Plans of nnU-Net's first releases say "modality" here.
    let intensities =
      fields.object["foreground_intensity_properties_per_channel"] == nil
        && fields.object["foreground_intensity_properties_by_modality"] != nil
      ? "foreground_intensity_properties_by_modality"
      : "foreground_intensity_properties_per_channel"
    foregroundIntensities = try IntensityStatistics.all(try fields.object(intensities))

    try PlanValidation.checkNames(fields)
    let inheritance = Inheritance(
      configurations: try fields.object("configurations").object, file: file)
    configurationNames = inheritance.configurations.names
    var configurations: [Configuration] = []
    for name in configurationNames {
      let members = EarlierPlans.converted(try inheritance.resolved(name))
      let reader = try FieldReader(.object(members), file: file, at: "configurations.\(name)")
      let configuration = try Configuration(reader, channels: foregroundIntensities.count)
      try Self.check(
        foregroundIntensities, for: configuration, in: try fields.object(intensities))
      configurations.append(configuration)
    }
    try PlanValidation.checkStages(
      Array(zip(configurationNames, configurations)), from: file)
    self.configurations = configurations
    self.document = document
    source = file
  }

  /// Refuses statistics that a channel's normalisation cannot use; others may be missing, as nnU-Net
  /// writes NaN for a channel without labelled voxels.
  private static func check(
    _ intensities: [IntensityStatistics], for configuration: Configuration, in fields: FieldReader
  ) throws(PlanningError) {
    for (channel, scheme) in configuration.normalizationSchemes.enumerated() where scheme == .ct {
      let statistics = intensities[channel]
      for (name, value, isRight) in [
        ("mean", statistics.mean, statistics.mean.isFinite),
        ("std", statistics.standardDeviation, statistics.standardDeviation >= 0),
        ("percentile_00_5", statistics.lowPercentile, statistics.lowPercentile.isFinite),
        (
          "percentile_99_5", statistics.highPercentile,
          statistics.highPercentile >= statistics.lowPercentile
        ),
      ] where !isRight || !value.isFinite {
        throw .wrongField(
          file: fields.file, field: "\(fields.prefix)\(channel).\(name)",
          expected: "a finite number that CTNormalization can use", found: "\(value)")
      }
    }
  }

  /// A plan a planner has made; `document` must hold the same.
  init(
    planned document: JSONValue, names: (dataset: String, plans: String), transpose: [Int],
    foregroundIntensities: [IntensityStatistics],
    configurations: [(name: String, configuration: Configuration)]
  ) {
    self.document = document
    datasetName = names.dataset
    plansName = names.plans
    transposeForward = transpose
    transposeBackward = transpose.indices.map { axis in transpose.firstIndex(of: axis) ?? axis }
    self.foregroundIntensities = foregroundIntensities
    configurationNames = configurations.map(\.name)
    self.configurations = configurations.map(\.configuration)
    source = "the plan for \(names.dataset)"
  }

  /// This plan with the configurations that only an older one has, which a user has added by hand.
  ///
  /// - Throws: ``PlanningError`` if one of them inherits from a configuration this plan does not
  ///   have.
  public func keepingConfigurations(of older: SegmentationPlan) throws(PlanningError)
    -> SegmentationPlan
  {
    guard var object = document.object, var merged = object["configurations"]?.object else {
      return self
    }
    for (name, value) in older.document["configurations"]?.object?.members ?? []
    where merged[name] == nil { merged[name] = value }
    object["configurations"] = .object(merged)
    return try SegmentationPlan(.object(object), from: older.source)
  }
}

/// Configurations that take fields from one another through `inherits_from`.
private struct Inheritance {
  let configurations: JSONObject
  let file: String

  /// The fields of a configuration, its own over its parent's.
  func resolved(_ name: String, below names: [String] = []) throws(PlanningError) -> JSONObject {
    guard !names.contains(name) else {
      throw .circularInheritance(file: file, names: names + [name])
    }
    guard let value = configurations[name] else {
      throw .wrongField(
        file: file, field: "configurations.\(names.last ?? "").inherits_from",
        expected: "one of " + configurations.names.joined(separator: ", "), found: name)
    }
    guard let own = value.object else {
      throw .wrongField(
        file: file, field: "configurations.\(name)", expected: "an object",
        found: FieldReader.excerpt(value))
    }
    guard let parent = own["inherits_from"] else { return own }
    guard let parentName = parent.string else {
      throw .wrongField(
        file: file, field: "configurations.\(name).inherits_from", expected: "text",
        found: FieldReader.excerpt(parent))
    }
    var result = try resolved(parentName, below: names + [name])
    for (field, value) in own.members { result[field] = value }
    return result
  }
}
