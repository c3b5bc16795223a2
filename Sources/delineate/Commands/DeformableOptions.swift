import ArgumentParser
import PresetFiles
import Registration

/// All presets that `register` has by name.
var registrationPresetNames: [String] {
  PresetCollection.registration.names
}

/// What deformable presets have in addition.
struct DeformableOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Deformable presets: soft, normal or stiff, 0.4, 1 or 4 times the preset's regularity.",
      valueName: "soft|normal|stiff"))
  var regularity: RegularityChoice?

  @Option(
    help: ArgumentHelp(
      "Deformable presets: how far structures may lie apart after the linear part.",
      valueName: "mm"))
  var range: Double?

  @Option(
    help: ArgumentHelp(
      """
      Deformable presets: what is compared, local correlation (images of one kind), structure \
      (other contrasts), or mean squared differences.
      """, valueName: "lncc|mind|mse"))
  var metric: DeformableMetricChoice?

  @Flag(help: "Deformable presets: a quick result at half the resolution.")
  var fast = false

  @Option(
    help: ArgumentHelp(
      "Deformable presets: the field back to write, on the moving image's grid.",
      valueName: "file|folder"))
  var inverse: String?

  /// The names of the options that were given.
  private var given: [String] {
    [
      regularity.map { _ in "--regularity" }, range.map { _ in "--range" },
      metric.map { _ in "--metric" }, fast ? "--fast" : nil, inverse.map { _ in "--inverse" },
    ].compactMap { $0 }
  }

  /// Whether a preset is a deformable one; a file that cannot be read is none.
  func isUsed(by preset: String) -> Bool {
    ((try? DeformableSettings(preset: preset)) ?? nil) != nil
  }

  func validate(preset: String, transform: String?) throws {
    if let transform, transform.lowercased().hasSuffix(".mat"), isUsed(by: preset) {
      throw ValidationError(
        "--transform \(transform): a deformable transform is no matrix; use .nii.gz or .tfm")
    }
    if let range, !(0.1...1000 ~= range) {
      throw ValidationError("--range must be from 0.1 to 1000 mm, not \(range)")
    }
    if let option = given.first, !preset.hasSuffix(".json"), !isUsed(by: preset) {
      throw ValidationError(
        "\(option) belongs to the presets \(DeformableSettings.presetNames.joined(separator: ", ")),"
          + " not to \(preset)")
    }
  }

  /// What a deformable preset asks for; nil if it is a linear one.
  func request(preset: String) throws -> DeformableRequest? {
    guard var settings = try DeformableSettings(preset: preset) else {
      if let option = given.first {
        throw ValidationError("\(option) belongs to deformable presets, \(preset) is a linear one")
      }
      return nil
    }
    if let regularity { settings.regularity *= regularity.factor }
    if let range { settings.range = range }
    if let metric { settings.metric = metric.metric }
    if fast { settings = settings.fast }
    return DeformableRequest(settings: settings)
  }
}

/// How stiff a deformable registration is.
enum RegularityChoice: String, ExpressibleByArgument, CaseIterable {
  case soft, normal, stiff

  /// What the preset's regularity is multiplied by.
  var factor: Double {
    switch self {
    case .soft: 0.4
    case .normal: 1
    case .stiff: 4
    }
  }
}

/// What a deformable registration compares.
enum DeformableMetricChoice: String, ExpressibleByArgument, CaseIterable {
  case lncc, mind, mse

  var metric: DeformableMetric {
    switch self {
    case .lncc: .localCorrelation(radius: 2)
    case .mind: .structure
    case .mse: .meanSquares
    }
  }
}
