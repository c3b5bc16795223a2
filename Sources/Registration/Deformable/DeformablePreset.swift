public import JSONDocuments
import Presets

extension DeformableSettings {
  /// Names of the embedded presets.
  public static var presetNames: [String] { Presets.deformableRegistration.map(\.name) }

  /// The embedded preset of a name, or the settings in a file such as an edited copy of one.
  ///
  /// It is nil for what is no deformable preset: a file without a `regularity`, or another name.
  ///
  /// - Parameter preset: A name, or a path that ends in `.json`.
  /// - Throws: ``RegistrationPresetError``.
  public init?(preset: String) throws(RegistrationPresetError) {
    if preset.hasSuffix(".json") {
      let document: JSONValue
      do throws(JSONFileError) { document = try JSONValue(contentsOf: preset) } catch {
        throw .file(error)
      }
      guard document["regularity"] != nil else { return nil }
      try self.init(document, from: preset)
      return
    }
    guard let embedded = Presets.deformableRegistration.first(where: { $0.name == preset }) else {
      return nil
    }
    let document: JSONValue
    do throws(JSONSyntaxError) { document = try JSONValue(parsing: embedded.json) } catch {
      throw .file(.syntax(path: "preset \(preset)", error))
    }
    try self.init(document, from: "preset \(preset)")
  }

  /// Interprets a document with all fields of a preset and no others.
  ///
  /// - Throws: ``RegistrationPresetError/field(file:name:expected:)``.
  public init(_ document: JSONValue, from file: String) throws(RegistrationPresetError) {
    self.init()
    let known = [
      "linear", "metric", "radius_voxels", "structure_weight", "regularity", "range_mm",
      "smoothings", "coarse_steps", "fine_steps", "step_voxels", "longest_axis",
    ]
    if let other = document.object?.names.first(where: { !known.contains($0) }) {
      throw .field(file: file, name: other, expected: "left out, no setting has this name")
    }
    func number(
      _ name: String, _ range: ClosedRange<Double>
    ) throws(RegistrationPresetError) -> Double {
      guard let value = document[name]?.double, range.contains(value) else {
        throw .field(
          file: file, name: name,
          expected: "a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
    guard let part = document["linear"] else {
      throw .field(file: file, name: "linear", expected: "null or the fields of a linear preset")
    }
    linear = part == .null ? nil : try LinearSettings(part, from: file)
    let name = document["metric"]?.string
    let radius = Int(try number("radius_voxels", 1...10))
    guard let metric = name.flatMap({ DeformableMetric(name: $0, radius: radius) }) else {
      throw .field(
        file: file, name: "metric",
        expected: "one of \(DeformableMetric.names.joined(separator: ", "))")
    }
    self.metric = metric
    structureWeight = try number("structure_weight", 0...1000)
    regularity = try number("regularity", 0...1e6)
    range = try number("range_mm", 0.001...1000)
    smoothings = Int(try number("smoothings", 0...20))
    coarseSteps = Int(try number("coarse_steps", 0...10_000))
    fineSteps = Int(try number("fine_steps", 0...10_000))
    stepLength = try number("step_voxels", 1e-6...100)
    longestAxis = Int(try number("longest_axis", 8...1000))
  }
}

extension DeformableMetric {
  /// The names in presets.
  static let names = ["local_correlation", "structure", "mean_squares"]

  init?(name: String, radius: Int) {
    switch name {
    case "local_correlation": self = .localCorrelation(radius: radius)
    case "structure": self = .structure
    case "mean_squares": self = .meanSquares
    default: return nil
    }
  }
}
