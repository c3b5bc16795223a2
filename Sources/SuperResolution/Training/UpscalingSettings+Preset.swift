public import JSONDocuments
internal import Networks
internal import Presets
internal import Volumes

/// Why super-resolution settings cannot be read.
public enum UpscalingPresetError: Error, Equatable, Sendable, CustomStringConvertible {
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
      "no super-resolution preset is called '\(name)': expected one of "
        + "\(available.joined(separator: ", ")), or the path of a .json file"
    case .file(let error): error.description
    case .field(let file, let name, let expected):
      "\(file): the field '\(name)' must be \(expected); compare with the files of "
        + "Plans/super-resolution"
    }
  }
}

extension UpscalingSettings {
  /// Names of the embedded presets.
  public static var presetNames: [String] { Presets.superResolution.map(\.name) }

  /// The embedded preset of a name, or the settings in a file such as an edited copy of one of
  /// `Plans/super-resolution`.
  ///
  /// - Parameter preset: A name, or a path that ends in `.json`.
  /// - Throws: ``UpscalingPresetError``.
  public init(preset: String) throws(UpscalingPresetError) {
    if preset.hasSuffix(".json") {
      let document: JSONValue
      do throws(JSONFileError) { document = try JSONValue(contentsOf: preset) } catch {
        throw .file(error)
      }
      try self.init(document, from: preset)
      return
    }
    guard let embedded = Presets.superResolution.first(where: { $0.name == preset }) else {
      throw .unknownName(preset, available: Self.presetNames)
    }
    let document: JSONValue
    do throws(JSONSyntaxError) { document = try JSONValue(parsing: embedded.json) } catch {
      throw .file(.syntax(path: "preset \(preset)", error))
    }
    try self.init(document, from: "preset \(preset)")
  }

  /// Interprets a document with all fields of a preset and no others.
  ///
  /// - Throws: ``UpscalingPresetError/field(file:name:expected:)``.
  public init(_ document: JSONValue, from file: String) throws(UpscalingPresetError) {
    self.init()
    let fields = PresetFields(document: document, file: file)
    if let other = document.object?.names.first(where: { !Self.fieldNames.contains($0) }) {
      throw fields.wrong(other, "left out, no setting has this name")
    }
    degradation = try Degradation(fields)
    patch = Shape3(try fields.wholeNumbers("patch_xyz", 8...256, count: 3...3).reversed())
    guard (0..<3).allSatisfy({ patch[$0] % networkFactors[$0] == 0 }) else {
      throw fields.wrong("patch_xyz", "multiples of the whole parts of factors_xyz")
    }
    features = try fields.wholeNumber("features", 1...512)
    fineFeatures = try fields.wholeNumber("fine_features", 1...512)
    blocks = try fields.wholeNumber("blocks", 1...64)
    guard factors.contains(where: { $0 > 1 }) else {
      throw fields.wrong("factors_xyz", "above 1 along one axis at least")
    }
    batch = try fields.wholeNumber("batch", 1...256)
    iterations = try fields.wholeNumber("iterations", 1...10_000_000)
    learningRate = try fields.number("learning_rate", 1e-8...1)
    gradientWeight = try fields.number("gradient_weight", 0...1000)
    adversarialIterations = try fields.wholeNumber("adversarial_iterations", 0...10_000_000)
    adversarialLearningRate = try fields.number("adversarial_learning_rate", 1e-8...1)
    adversarialLoss = try fields.choice("adversarial_loss")
    adversarialWeight = try fields.number("adversarial_weight", 0...1000)
    featureWeight = try fields.number("feature_weight", 0...1000)
    perceptualWeight = try fields.number("perceptual_weight", 0...1000)
    adversarialWarmUp = try fields.wholeNumber("adversarial_warm_up", 0...10_000_000)
    instanceNoise = try fields.number("instance_noise", 0...1)
    discriminatorFeatures = try fields.wholeNumbers("discriminator_features", 1...512, count: 1...5)
  }

  private static let fieldNames = [
    "factors_xyz", "responses_xyz", "taper", "slice_widths", "noise", "noise_levels", "drift",
    "gammas", "features", "fine_features", "blocks", "patch_xyz", "batch", "iterations",
    "learning_rate", "gradient_weight", "adversarial_iterations", "adversarial_learning_rate",
    "adversarial_loss", "adversarial_weight", "feature_weight", "perceptual_weight",
    "adversarial_warm_up", "instance_noise", "discriminator_features",
  ]

  /// The factors along x, y and z.
  public var factorsDocument: JSONValue {
    .array(
      factors.reversed().map {
        $0 == $0.rounded() ? .integer(Int($0)) : .number($0)
      })
  }

  /// The fields of a preset with these settings.
  public var document: JSONValue {
    func numbers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }
    func range(_ range: ClosedRange<Double>) -> JSONValue {
      [.number(range.lowerBound), .number(range.upperBound)]
    }
    let taper = degradation.responses.reduce(0.0) {
      if case .frequencies(let taper) = $1 { max($0, taper) } else { $0 }
    }
    return [
      "factors_xyz": factorsDocument,
      "responses_xyz": .array(degradation.responses.reversed().map { .string($0.name.rawValue) }),
      "taper": .number(taper), "slice_widths": range(degradation.sliceWidths),
      "noise": .string(degradation.noise.rawValue),
      "noise_levels": range(degradation.noiseLevels), "drift": .number(degradation.drift),
      "gammas": range(degradation.gammas), "features": .integer(features),
      "fine_features": .integer(fineFeatures), "blocks": .integer(blocks),
      "patch_xyz": numbers(patch.lengths.reversed()), "batch": .integer(batch),
      "iterations": .integer(iterations), "learning_rate": .number(learningRate),
      "gradient_weight": .number(gradientWeight),
      "adversarial_iterations": .integer(adversarialIterations),
      "adversarial_learning_rate": .number(adversarialLearningRate),
      "adversarial_loss": .string(adversarialLoss.rawValue),
      "adversarial_weight": .number(adversarialWeight), "feature_weight": .number(featureWeight),
      "perceptual_weight": .number(perceptualWeight),
      "adversarial_warm_up": .integer(adversarialWarmUp),
      "instance_noise": .number(instanceNoise),
      "discriminator_features": numbers(discriminatorFeatures),
    ]
  }
}

extension AxisResponse {
  /// Names of the kinds.
  enum Name: String, CaseIterable {
    case gaussian, mean, frequencies
  }

  /// The kind's name.
  var name: Name {
    switch self {
    case .gaussian: .gaussian
    case .mean: .mean
    case .frequencies: .frequencies
    }
  }
}

extension Degradation {
  fileprivate init(_ fields: PresetFields) throws(UpscalingPresetError) {
    self.init(factors: try fields.numbers("factors_xyz", 1...4, count: 3).reversed())
    let taper = try fields.number("taper", 0...1)
    sliceWidths = try fields.range("slice_widths", 0.1...4)
    let names = try fields.choices("responses_xyz", of: AxisResponse.Name.self, count: 3)
    let middle = (sliceWidths.lowerBound + sliceWidths.upperBound) / 2
    responses = names.reversed().map {
      switch $0 {
      case .gaussian: .gaussian(width: middle)
      case .mean: .mean
      case .frequencies: .frequencies(taper: taper)
      }
    }
    noise = try fields.choice("noise")
    noiseLevels = try fields.range("noise_levels", 0...1)
    drift = try fields.number("drift", 0...1)
    gammas = try fields.range("gammas", 0.1...10)
  }
}

/// The fields of a preset's document.
private struct PresetFields {
  let document: JSONValue
  let file: String

  func wrong(_ name: String, _ expected: String) -> UpscalingPresetError {
    .field(file: file, name: name, expected: expected)
  }

  func number(
    _ name: String, _ range: ClosedRange<Double>
  ) throws(UpscalingPresetError) -> Double {
    guard let value = document[name]?.double, range.contains(value) else {
      throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func numbers(
    _ name: String, _ range: ClosedRange<Double>, count: Int
  ) throws(UpscalingPresetError) -> [Double] {
    guard let values = document[name]?.doubles, values.count == count,
      values.allSatisfy(range.contains)
    else {
      throw wrong(name, "\(count) numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return values
  }

  func wholeNumber(
    _ name: String, _ range: ClosedRange<Int>
  ) throws(UpscalingPresetError) -> Int {
    guard let value = document[name]?.int, range.contains(value) else {
      throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func wholeNumbers(
    _ name: String, _ range: ClosedRange<Int>, count: ClosedRange<Int>
  ) throws(UpscalingPresetError) -> [Int] {
    guard let values = document[name]?.ints, count.contains(values.count),
      values.allSatisfy(range.contains)
    else {
      let number = count.count == 1 ? "\(count.lowerBound)" : "at most \(count.upperBound)"
      throw wrong(
        name, "\(number) whole numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return values
  }

  func range(
    _ name: String, _ limits: ClosedRange<Double>
  ) throws(UpscalingPresetError) -> ClosedRange<Double> {
    guard let ends = document[name]?.doubles, ends.count == 2, ends[0] <= ends[1],
      ends.allSatisfy(limits.contains)
    else {
      throw wrong(
        name,
        "two numbers, the smaller first, from \(limits.lowerBound) to \(limits.upperBound)")
    }
    return ends[0]...ends[1]
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String
  ) throws(UpscalingPresetError) -> Choice where Choice.RawValue == String {
    guard let value = document[name]?.string.flatMap(Choice.init(rawValue:)) else {
      throw wrong(name, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }

  func choices<Choice: RawRepresentable & CaseIterable>(
    _ name: String, of type: Choice.Type, count: Int
  ) throws(UpscalingPresetError) -> [Choice] where Choice.RawValue == String {
    let values = document[name]?.strings?.compactMap(Choice.init(rawValue:)) ?? []
    guard values.count == count else {
      throw wrong(
        name, "\(count) of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return values
  }
}
