import JSONDocuments
import Planning
import Testing

/// A plan of nnU-Net's for a memory or spacing that its user has chosen.
struct PlannedOption: Sendable, CustomTestStringConvertible {
  let preset: String
  let memory: Double?
  let spacing: [Double]?
  let plans: JSONValue

  var testDescription: String {
    "\(preset), \(memory.map { "\($0) GB" } ?? "own memory"), \(spacing.map { "\($0) mm" } ?? "own spacing")"
  }

  /// The committed plans of a cohort.
  static func all(of cohort: String) throws -> [PlannedOption] {
    let document = try JSONValue(contentsOf: Cohort.fixtures + "/options/\(cohort).json")
    return try #require(document.array).map { entry in
      PlannedOption(
        preset: try #require(entry["preset"]?.string), memory: entry["memory"]?.double,
        spacing: entry["spacing"]?.doubles, plans: try #require(entry["plans"]))
    }
  }
}
