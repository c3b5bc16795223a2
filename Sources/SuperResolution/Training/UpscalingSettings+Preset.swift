public import JSONDocuments
internal import Networks
public import PresetFiles
internal import Volumes

extension UpscalingSettings {
  /// Names of the embedded presets.
  public static var presetNames: [String] { PresetCollection.superResolution.names }

  /// The embedded preset of a name, or the settings in a file such as an edited copy of one of
  /// `Plans/super-resolution`.
  ///
  /// - Parameter preset: A name, or a path that ends in `.json`.
  /// - Throws: `PresetError`.
  public init(preset: String) throws(PresetError) {
    try self.init(try PresetCollection.superResolution.fields(of: preset))
  }

  /// Interprets a document, such as a model's, with all fields of a preset and no others.
  ///
  /// - Throws: `PresetError`.
  public init(_ document: JSONValue, from file: String) throws(PresetError) {
    try self.init(PresetFields(document, in: file, of: .superResolution))
  }

  private init(_ fields: PresetFields) throws(PresetError) {
    self.init()
    try fields.checkNames(Self.fieldNames)
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
  fileprivate init(_ fields: PresetFields) throws(PresetError) {
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
