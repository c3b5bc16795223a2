import Evaluation
import JSONDocuments
import Registration
import Resampling
import SpatialTransforms
import VolumeFiles
import Volumes

/// Labels and landmarks that are known in both images.
struct KnownStructures {
  /// The same points in both images, in LPS and mm.
  struct Landmarks {
    var fixed: [Vector3]
    var moving: [Vector3]
  }

  var fixedLabels: LabelMap?
  var movingLabels: LabelMap?
  /// Where the moving labels go once they are on the fixed grid.
  var labelsOutput: String?
  var landmarks: Landmarks?

  /// Carries the labels over, writes them if wanted, and measures.
  ///
  /// - Parameters:
  ///   - chain: The map that was found.
  ///   - initial: The map that the registration began with.
  ///   - grid: The fixed grid.
  /// - Returns: The overlap and the errors of what is known.
  /// - Throws: An error of resampling, or of the file that is written.
  func judge(_ chain: TransformChain, from initial: AffineMap, on grid: Geometry) throws -> Figures
  {
    var figures = Figures()
    if let movingLabels {
      let carried = try movingLabels.resampled(onto: grid, through: chain.map)
      if let labelsOutput { try carried.write(to: labelsOutput) }
      if let fixedLabels {
        let start = try movingLabels.resampled(onto: grid, through: TransformChain(initial).map)
        let labels = Set(fixedLabels.labels).intersection(movingLabels.labels)
          .subtracting([0]).sorted()
        let evaluator = OverlapEvaluator(structures: labels.map(Structure.label))
        let before = evaluator.counts(reference: fixedLabels, prediction: start).map(\.dice)
        let after = evaluator.counts(reference: fixedLabels, prediction: carried).map(\.dice)
        figures.dice = zip(labels, zip(before, after)).map {
          Figures.Dice(label: $0, before: $1.0, after: $1.1)
        }
      }
    }
    if let landmarks {
      var moved = landmarks.fixed
      moved.withUnsafeMutableBufferPointer { chain.map($0) }
      figures.errors = (
        LandmarkErrors(from: landmarks.fixed, to: landmarks.moving) { initial($0) },
        LandmarkErrors(from: moved, to: landmarks.moving)
      )
    }
    return figures
  }

  /// How well known structures come to lie on one another.
  struct Figures {
    /// The overlap of a label that both images have.
    struct Dice {
      var label: LabelMap.Label
      var before: Double
      var after: Double
    }

    var dice: [Dice]?
    var errors: (before: LandmarkErrors, after: LandmarkErrors)?

    private func mean(_ values: [Double]) -> Double {
      values.reduce(0, +) / Double(values.count)
    }

    /// The figures for programs; none where nothing was compared.
    var document: JSONObject {
      var document = JSONObject()
      if let dice {
        document["dice"] = .array(
          dice.map {
            [
              "label": .integer(Int($0.label)), "before": .number($0.before),
              "after": .number($0.after),
            ]
          })
        document["mean_dice_before"] = finite(mean(dice.map(\.before)))
        document["mean_dice_after"] = finite(mean(dice.map(\.after)))
      }
      if let errors {
        document["error_before_mm"] = errors.before.document
        document["error_after_mm"] = errors.after.document
      }
      return document
    }

    /// The figures for people.
    var text: String {
      var text = ""
      if let dice {
        let rows = dice.map { ["\($0.label)", fixed($0.before, 4), fixed($0.after, 4)] }
        let means = ["mean", fixed(mean(dice.map(\.before)), 4), fixed(mean(dice.map(\.after)), 4)]
        text +=
          dice.isEmpty
          ? "the label maps have no label in common\n"
          : aligned([["label", "Dice before", "after"]] + rows + [means])
      }
      if let errors {
        text += aligned([
          LandmarkErrors.heading, errors.before.row("before"), errors.after.row("after"),
        ])
      }
      return text
    }
  }
}
