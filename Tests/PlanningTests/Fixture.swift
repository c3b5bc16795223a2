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
    Cohort(folder: ReferenceFolder.file("reference/plans/\(name)"), name: name)
  }

  static let fixtures =
    #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Fixtures"

  /// Where the plan of a preset differs from the reference's.
  func differences(preset name: String) throws -> [String] {
    let file = folder + "/plans_" + name.replacing("-", with: "_") + ".json"
    let expected = try JSONValue(contentsOf: file)
    var preset = try PlannerPreset(named: name)
    // The made-up cohorts were planned under another name.
    preset.plansName = try #require(expected["plans_name"]?.string)
    let plan = Planner(preset: preset).plan(
      for: try Fingerprint(contentsOf: folder + "/dataset_fingerprint.json"),
      description: try DatasetDescription(contentsOf: folder + "/dataset.json"),
      name: try #require(expected["dataset_name"]?.string))
    return TestSupport.differences(plan.document, expected, tolerance: 1e-6)
  }
}
