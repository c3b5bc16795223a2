import ArgumentParser

/// The option that brings a model's image closer to the one it was made of.
enum BackProjections {
  static let help = ArgumentHelp(
    "How often what the result, made coarse again, lacks of the image is added to it; 3 is enough where features are computed.",
    valueName: "n")

  /// - Throws: A `ValidationError` for numbers that make no sense.
  static func validate(_ count: Int) throws {
    if !(0...100 ~= count) {
      throw ValidationError("--back-projections must be from 0 to 100, not \(count)")
    }
  }
}
