import JSONDocuments
import Registration
import SpatialTransforms
import TransformFiles
import Volumes

/// A deformable registration.
struct DeformableRequest {
  var settings: DeformableSettings
}

extension RegistrationRequest {
  /// Registers one image by a deformable map.
  func find(
    _ moving: Volume<Float>, _ deformable: DeformableRequest, _ task: RegistrationTask,
    _ console: Console
  ) throws -> Outcome {
    let begin = ContinuousClock.now
    let result: DeformableResult
    do throws(RegistrationError) {
      result = try DeformableRegistration(deformable.settings).register(
        moving, to: fixed, masks: masks, initial: initial
      ) { console.progress(task.moving, $0, $1) }
    } catch {
      throw FailedRegistration(moving: task.moving, fixed: fixedPath, cause: error)
    }
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    for warning in result.warnings { console.message("\(task.moving): warning: \(warning)") }
    return Outcome(
      chain: TransformChain([.warp(.displacement(result.field))]),
      document: result.document(task, seconds: seconds), text: result.text(seconds: seconds),
      inverse: result.inverse)
  }
}

extension DeformableResult {
  /// The result for programs.
  func document(_ task: RegistrationTask, seconds: Double) -> JSONObject {
    [
      "moving": .string(task.moving),
      "output": task.output.map { .string($0) } ?? .null,
      "transform": task.transform.map { .string($0) } ?? .null,
      "inverse": task.inverse.map { .string($0) } ?? .null,
      "linear_matrix_lps": .array(linearMap.rows.map { .array($0.map { .number($0) }) }),
      "linear_cost_before": linear.map { finite($0.costBefore) } ?? .null,
      "linear_cost_after": linear.map { finite($0.costAfter) } ?? .null,
      "overlap": .number(overlap),
      "largest_displacement_mm": .number(field.largestDisplacement),
      "folded_share": .number(measures.foldedShare),
      "smallest_jacobian": .number(measures.smallest),
      "largest_jacobian": .number(measures.largest),
      "SDlogJ": .number(measures.spread), "SDlogJ_L2R": .number(measures.spreadLearn2Reg),
      "mean_inverse_consistency_error_mm": .number(inverseConsistency.mean),
      "largest_inverse_consistency_error_mm": .number(inverseConsistency.largest),
      "fold_repairs": .integer(repairs), "seconds": .number(seconds),
      "levels": .array(
        levels.map {
          [
            "spacing_mm": .number($0.spacing), "steps": .integer($0.steps),
            "cost_before": finite($0.costBefore), "cost_after": finite($0.costAfter),
          ]
        }), "warnings": .array(warnings.map { .string($0) }),
    ]
  }

  /// The result for people.
  func text(seconds: Double) -> String {
    let heading = ["level", "steps", "cost before", "after"]
    let rows = levels.map {
      [
        "\(fixed($0.spacing, 2)) mm", "\($0.steps)", fixed($0.costBefore, 4),
        fixed($0.costAfter, 4),
      ]
    }
    return aligned([heading] + rows)
      + "\(fixed(overlap * 100, 1)) % of the fixed image overlap; points move by up to"
      + " \(fixed(field.largestDisplacement, 1)) mm\n"
      + "\(fixed(measures.foldedShare * 100, 3)) % of the voxels fold; volumes change by factors"
      + " from \(fixed(measures.smallest, 2)) to \(fixed(measures.largest, 2)); SDlogJ"
      + " \(fixed(measures.spread, 3)), SDlogJ_L2R \(fixed(measures.spreadLearn2Reg, 3))\n"
      + "there and back: \(fixed(inverseConsistency.mean, 3)) mm off in the mean, at most"
      + " \(fixed(inverseConsistency.largest, 3)) mm; \(duration(seconds))\n"
  }
}
