import ArgumentParser
import JSONDocuments
import Workspaces

extension Console {
  /// Prints what became of every case.
  ///
  /// - Parameters:
  ///   - outcomes: The cases.
  ///   - object: What else the JSON object holds.
  /// - Throws: The exit status of a failure if a case has no mask.
  func report(_ outcomes: [FolderPrediction.Outcome], _ object: JSONObject) throws {
    let failed = outcomes.filter { $0.problem != nil }
    var object = object
    object["failed"] = .integer(failed.count)
    object["cases"] = .array(
      outcomes.map { outcome in
        [
          "case": .string(outcome.id), "mask": outcome.output.map { .string($0) } ?? .null,
          "error": outcome.problem.map { .string($0) } ?? .null,
          "kept": .bool(outcome.isKept), "seconds": .number(outcome.seconds),
        ]
      })
    result(.object(object), text: outcomes.compactMap(\.output).map { $0 + "\n" }.joined())
    guard failed.isEmpty else {
      writeToStandardError(
        "error: \(failed.count) of \(outcomes.count) cases have no mask: "
          + failed.map { "\($0.id) (\($0.problem ?? ""))" }.joined(separator: "; ") + "\n")
      throw ExitCode.failure
    }
  }
}
