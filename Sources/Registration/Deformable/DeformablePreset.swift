internal import JSONDocuments
public import PresetFiles

extension DeformableSettings {
  /// Names of the embedded presets.
  public static var presetNames: [String] {
    PresetCollection.registration.names.filter {
      (try? PresetCollection.registration.fields(of: $0))?.object["regularity"] != nil
    }
  }

  /// The embedded preset of a name, or the settings in a file such as an edited copy of one.
  ///
  /// It is nil for a linear preset, which has no `regularity`.
  ///
  /// - Parameter preset: A name, or a path that ends in `.json`.
  /// - Throws: `PresetError`.
  public init?(preset: String) throws(PresetError) {
    let fields = try PresetCollection.registration.fields(of: preset)
    guard fields.object["regularity"] != nil else { return nil }
    try self.init(fields)
  }

  /// Interprets all fields of a preset, and no others.
  ///
  /// - Throws: `PresetError`.
  public init(_ fields: PresetFields) throws(PresetError) {
    self.init()
    try fields.checkNames([
      "linear", "metric", "radius_voxels", "structure_weight", "regularity", "range_mm",
      "smoothings", "coarse_steps", "fine_steps", "step_voxels", "longest_axis",
    ])
    guard let part = fields.object["linear"] else {
      throw fields.wrong("linear", "null or the fields of a linear preset")
    }
    linear = part == .null ? nil : try LinearSettings(fields.within(part, at: "linear"))
    let radius = try fields.wholeNumber("radius_voxels", 1...10)
    metric =
      switch try fields.choice("metric", MetricName.self) {
      case .localCorrelation: .localCorrelation(radius: radius)
      case .structure: .structure
      case .meanSquares: .meanSquares
      }
    structureWeight = try fields.number("structure_weight", 0...1000)
    regularity = try fields.number("regularity", 0...1e6)
    range = try fields.number("range_mm", 0.001...1000)
    smoothings = try fields.wholeNumber("smoothings", 0...20)
    coarseSteps = try fields.wholeNumber("coarse_steps", 0...10_000)
    fineSteps = try fields.wholeNumber("fine_steps", 0...10_000)
    stepLength = try fields.number("step_voxels", 1e-6...100)
    longestAxis = try fields.wholeNumber("longest_axis", 8...1000)
  }

  private enum MetricName: String, CaseIterable {
    case localCorrelation = "local_correlation"
    case structure
    case meanSquares = "mean_squares"
  }
}
