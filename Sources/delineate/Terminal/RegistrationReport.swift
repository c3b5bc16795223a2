import JSONDocuments
import Registration
import SpatialTransforms

extension LinearResult {
  /// The result for programs.
  func document(_ task: RegistrationTask, seconds: Double) -> JSONObject {
    [
      "moving": .string(task.moving),
      "output": task.output.map { .string($0) } ?? .null,
      "transform": task.transform.map { .string($0) } ?? .null,
      "matrix_lps": .array(map.rows.map { .array($0.map { .number($0) }) }),
      "cost_before": finite(costBefore), "cost_after": finite(costAfter),
      "overlap": .number(overlap), "largest_displacement_mm": .number(largestDisplacement),
      "kept_initial": .bool(keepsInitial), "seconds": .number(seconds),
      "levels": .array(
        levels.map {
          [
            "spacing_mm": .number($0.spacing), "samples": .integer($0.samples),
            "steps": .integer($0.steps), "cost_before": finite($0.costBefore),
            "cost_after": finite($0.costAfter),
          ]
        }), "warnings": .array(warnings.map { .string($0) }),
    ]
  }

  /// The result for people.
  func text(seconds: Double) -> String {
    let heading = ["level", "samples", "steps", "cost before", "after"]
    let rows = levels.map {
      [
        "\($0.spacing) mm", "\($0.samples)", "\($0.steps)", fixed($0.costBefore, 4),
        fixed($0.costAfter, 4),
      ]
    }
    return aligned([heading] + rows)
      + "cost \(fixed(costBefore, 4)) before, \(fixed(costAfter, 4)) after;"
      + " \(fixed(overlap * 100, 1)) % of the fixed image overlap;"
      + " corners move by up to \(fixed(largestDisplacement, 1)) mm; \(duration(seconds))\n"
  }
}
