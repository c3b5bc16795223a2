import Datasets
import JSONDocuments
import Planning
import TestSupport
import Testing

/// A folder with a fingerprint, a `dataset.json` and the reference's plans.
struct Cohort {
  let folder: String
  let name: String

  static func fixture(_ name: String) -> Cohort {
    Cohort(folder: fixtures + "/" + name, name: name)
  }

  static func reference(_ name: String) -> Cohort {
    Cohort(folder: ReferenceData.path("reference/plans/\(name)"), name: name)
  }

  static let fixtures =
    #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Fixtures"

  /// The presets as files, where a user finds them.
  static let presetFolder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/Plans/planner"

  /// The reference's plans for a preset.
  func expected(_ preset: String) throws -> JSONValue {
    try JSONValue(
      contentsOf: folder + "/plans_" + preset.replacing("-", with: "_") + ".json")
  }

  /// The plan of a preset.
  func plan(preset name: String) throws -> SegmentationPlan {
    try plan(preset: name, like: try expected(name))
  }

  /// The plan of a preset, of the same names as another one.
  func plan(
    preset name: String, like expected: JSONValue, memory: Double? = nil, spacing: [Double]? = nil
  ) throws -> SegmentationPlan {
    var preset = try PlannerPreset(named: name)
    if let memory { preset.targetMemory = memory }
    // Some reference cohorts were planned under another name.
    preset.plansName = try #require(expected["plans_name"]?.string)
    return try Planner(preset: preset, targetSpacing: spacing).plan(
      for: try Fingerprint(contentsOf: folder + "/dataset_fingerprint.json"),
      description: try DatasetDescription(contentsOf: folder + "/dataset.json"),
      name: try #require(expected["dataset_name"]?.string))
  }

  /// Where the plan of a preset differs from the reference's.
  func differences(preset name: String) throws -> [String] {
    TestSupport.differences(
      try plan(preset: name).document, try expected(name), tolerance: 1e-6)
  }
}
