public import JSONDocuments
import Presets

/// Why registration settings cannot be read.
public enum RegistrationPresetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No preset has this name, and no file either.
  case unknownName(String, available: [String])
  /// The file cannot be read as JSON.
  case file(JSONFileError)
  /// A field is missing, unknown or of the wrong kind.
  case field(file: String, name: String, expected: String)

  /// What is wrong where, and what to do, on one line.
  public var description: String {
    switch self {
    case .unknownName(let name, let available):
      "no registration preset is called '\(name)': expected one of"
        + " \(available.joined(separator: ", ")), or the path of a .json file"
    case .file(let error): error.description
    case .field(let file, let name, let expected):
      "\(file): the field '\(name)' must be \(expected); compare with the files of"
        + " Plans/registration"
    }
  }
}

extension LinearSettings {
  /// Names of the embedded presets.
  public static var presetNames: [String] { Presets.registration.map(\.name) }

  /// The embedded preset of a name, or the settings in a file such as an edited copy of one of
  /// `Plans/registration`.
  ///
  /// - Parameter preset: A name, or a path that ends in `.json`.
  /// - Throws: ``RegistrationPresetError``.
  public init(preset: String) throws(RegistrationPresetError) {
    if preset.hasSuffix(".json") {
      let document: JSONValue
      do throws(JSONFileError) { document = try JSONValue(contentsOf: preset) } catch {
        throw .file(error)
      }
      try self.init(document, from: preset)
      return
    }
    guard let embedded = Presets.registration.first(where: { $0.name == preset }) else {
      throw .unknownName(
        preset, available: Self.presetNames + DeformableSettings.presetNames)
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
    func wrong(_ name: String, _ expected: String) -> RegistrationPresetError {
      .field(file: file, name: name, expected: expected)
    }
    let known = [
      "family", "metric", "bins", "spacings_mm", "small_image_mm", "samples", "starts",
      "fixed_range", "moving_range", "least_overlap", "least_improvement",
    ]
    if let other = document.object?.names.first(where: { !known.contains($0) }) {
      throw wrong(other, "left out, no setting has this name")
    }
    func number(
      _ name: String, _ range: ClosedRange<Double>
    ) throws(RegistrationPresetError) -> Double {
      guard let value = document[name]?.double, range.contains(value) else {
        throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
    func choice<Choice: RawRepresentable & CaseIterable>(
      _ name: String, _: Choice.Type
    ) throws(RegistrationPresetError) -> Choice where Choice.RawValue == String {
      guard let value = document[name]?.string.flatMap(Choice.init(rawValue:)) else {
        let names = Choice.allCases.map(\.rawValue)
        throw wrong(name, "one of \(names.joined(separator: ", "))")
      }
      return value
    }
    func range(_ name: String) throws(RegistrationPresetError) -> ClosedRange<Float>? {
      if document[name] == .null { return nil }
      guard let ends = document[name]?.doubles, ends.count == 2, ends[0] < ends[1],
        ends.allSatisfy({ abs($0) < 1e30 })
      else { throw wrong(name, "null or two rising numbers") }
      return Float(ends[0])...Float(ends[1])
    }
    family = try choice("family", LinearFamily.self)
    starts = try choice("starts", StartSearch.self)
    let bins = Int(try number("bins", 8...200))
    metric =
      switch try choice("metric", MetricName.self) {
      case .mutualInformation: .mutualInformation(bins: bins)
      case .normalisedMutualInformation: .normalisedMutualInformation(bins: bins)
      case .correlation: .correlation
      case .meanSquares: .meanSquares
      }
    guard let spacings = document["spacings_mm"]?.doubles, 1...10 ~= spacings.count,
      spacings.allSatisfy({ 0.01...1000 ~= $0 }), spacings == spacings.sorted(by: >)
    else { throw wrong("spacings_mm", "falling numbers from 1000 to 0.01") }
    self.spacings = spacings
    smallImage = try number("small_image_mm", 0...10_000)
    sampleLimit = Int(try number("samples", 1000...1e9))
    fixedRange = try range("fixed_range")
    movingRange = try range("moving_range")
    leastOverlap = try number("least_overlap", 0.01...1)
    leastImprovement = try number("least_improvement", 0...1e9)
  }

  private enum MetricName: String, CaseIterable {
    case mutualInformation = "mutual_information"
    case normalisedMutualInformation = "normalised_mutual_information"
    case correlation
    case meanSquares = "mean_squares"
  }
}
