import JSONDocuments

/// What makes a plan one that this program can follow, beyond the form of its fields.
enum PlanValidation {
  /// Readers whose arrays have the file's axes in the order z, y, x, as this program's have.
  private static let readers = ["SimpleITKIO", "NibabelIO", "NaturalImage2DIO", "Tiff3DIO"]

  /// Checks the parts of nnU-Net that a plan names, and the names of its configurations, which become
  /// folders.
  static func checkNames(_ plan: FieldReader) throws(PlanningError) {
    // A reader that turns images around would have made another plan, and other masks.
    try require(readers, "image_reader_writer", in: plan)
    try require(["LabelManager"], "label_manager", in: plan)
    let names = try plan.object("configurations").object.names
    guard !names.isEmpty else {
      throw .wrongField(
        file: plan.file, field: "configurations", expected: "at least one configuration",
        found: "{}")
    }
    // Nobody trains so many, and chains of inheritance are followed one within the other.
    guard names.count <= 1000 else {
      throw .wrongField(
        file: plan.file, field: "configurations", expected: "at most 1000 configurations",
        found: "\(names.count)")
    }
    for name in names where !FieldReader.isFileName(name) {
      throw .wrongField(
        file: plan.file, field: "configurations",
        expected: "names without / that do not begin with a point", found: "\"\(name)\"")
    }
  }

  /// Checks the preprocessor that a configuration names.
  static func checkPreprocessor(_ configuration: FieldReader) throws(PlanningError) {
    try require(["DefaultPreprocessor"], "preprocessor_name", in: configuration)
  }

  /// Checks that stages of a cascade lead to one another.
  static func checkStages(
    _ configurations: [(name: String, configuration: Configuration)], from file: String
  ) throws(PlanningError) {
    let names = configurations.map(\.name)
    let previous = Dictionary(
      configurations.map { ($0.name, $0.configuration.previousStage) },
      uniquingKeysWith: { first, _ in first })
    for (name, configuration) in configurations {
      for (field, others) in [
        ("previous_stage", configuration.previousStage.map { [$0] } ?? []),
        ("next_stage", configuration.nextStages),
      ] {
        for other in others where other == name || !names.contains(other) {
          throw .wrongField(
            file: file, field: "configurations.\(name).\(field)",
            expected: "another configuration, one of "
              + names.filter { $0 != name }.joined(separator: ", "), found: other)
        }
      }
      var chain = [name]
      while let stage = previous[chain[chain.count - 1]] ?? nil {
        guard !chain.contains(stage) else {
          throw .wrongField(
            file: file, field: "configurations.\(name).previous_stage",
            expected: "stages that end", found: (chain + [stage]).joined(separator: " -> "))
        }
        chain.append(stage)
      }
    }
  }

  private static func require(
    _ supported: [String], _ field: String, in fields: FieldReader
  ) throws(PlanningError) {
    guard let found = try fields.optional(field, "text", { $0.string }),
      !supported.contains(found)
    else { return }
    throw .unsupported(
      file: fields.file, field: fields.prefix + field,
      supported: supported.joined(separator: ", "), found: found)
  }
}
