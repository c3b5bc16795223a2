import Datasets
import Evaluation
import Inference
import JSONDocuments
import TestSupport
import Testing
import Training
import VolumeFiles
import Volumes

/// Regions, voxels that nobody annotated, and labels with gaps between them, from training to masks and scores.
@Suite(.serialized, .oneThread)
struct LabelKindTests {
  struct Kind: CustomTestStringConvertible {
    let testDescription: String
    let fields: JSONObject
    /// The label of a voxel of the ball, or of the background, at (x, z).
    let relabelled: @Sendable (_ isBall: Bool, _ x: Int, _ z: Int) -> LabelMap.Label
    /// For every key of `summary.json` its labels; the first is easily learnt.
    let structures: [(key: String, labels: Set<LabelMap.Label>)]
    var ignored: LabelMap.Label?
    let predicted: Set<LabelMap.Label>
  }

  static let kinds = [
    Kind(
      testDescription: "regions",
      fields: [
        "labels": ["background": 0, "whole": [1, 2], "right": 2, "left": [1]],
        "regions_class_order": [1, 2, 1],
      ], relabelled: { isBall, x, _ in isBall ? (x < 11 ? 1 : 2) : 0 },
      structures: [("(1, 2)", [1, 2]), ("2", [2]), ("(1,)", [1])], predicted: [0, 1, 2]),
    Kind(
      testDescription: "sparse labels",
      fields: ["labels": ["background": 0, "ball": 1, "ignore": 2]],
      relabelled: { isBall, _, z in z % 2 == 1 ? 2 : isBall ? 1 : 0 },
      structures: [("1", [1])], ignored: 2, predicted: [0, 1]),
    Kind(
      testDescription: "sparse regions",
      fields: [
        "labels": ["background": 0, "whole": [5, 9], "right": 9, "ignore": 10],
        "regions_class_order": [5, 9],
      ], relabelled: { isBall, x, z in z % 2 == 1 ? 10 : isBall ? (x < 11 ? 5 : 9) : 0 },
      structures: [("(5, 9)", [5, 9]), ("9", [9])], ignored: 10, predicted: [0, 5, 9]),
    Kind(
      testDescription: "labels with gaps", fields: ["labels": ["background": 0, "ball": 300]],
      relabelled: { isBall, _, _ in isBall ? 300 : 0 }, structures: [("300", [300])],
      predicted: [0, 300]),
  ]

  @Test(arguments: kinds) func areLearntPredictedAndScored(kind: Kind) throws {
    let cohort = try Cohort(description: kind.fields) { labels in
      for z in 0..<labels.extent.z {
        for y in 0..<labels.extent.y {
          for x in 0..<labels.extent.x {
            labels[x, y, z] = kind.relabelled(labels[x, y, z] == 1, x, z)
          }
        }
      }
    }
    var settings = shortSettings(epochs: 2, iterations: 20)
    settings.initialLearningRate = 0.05
    settings.momentum = 0.9
    settings.precision = nil
    let trainer = try cohort.trainer(settings)
    try makeFolder(cohort.fold)
    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: cohort.fold)
    let last = try #require(try trainingLog(cohort.fold).last)
    #expect(last["dice_per_class"]?.array?.count == kind.structures.count)
    #expect(try #require(last["dice_per_class"]?.doubles?.first) > 0.7)

    let summary = try trainer.validate(
      on: cohort.store, of: cohort.dataset, names: Cohort.split.validation,
      model: try ModelFolder(cohort.model), fold: .number(0))
    #expect(summary.structures.map(\.key) == kind.structures.map(\.key))
    let document = try JSONValue(contentsOf: "\(cohort.fold)/validation/summary.json")
    let mask = try LabelMap(contentsOf: "\(cohort.fold)/validation/case_4.nii").labels
    #expect(Set(mask).isSubset(of: kind.predicted))
    let truth = try LabelMap(contentsOf: "\(cohort.folder.path)/labelsTr/case_4.nii").labels
    for (key, labels) in kind.structures {
      var (both, either) = (0, 0)
      for (found, expected) in zip(mask, truth) where expected != kind.ignored {
        let (inMask, inTruth) = (labels.contains(found), labels.contains(expected))
        both += inMask && inTruth ? 1 : 0
        either += (inMask ? 1 : 0) + (inTruth ? 1 : 0)
      }
      let dice = try #require(document["mean"]?[key]?["Dice"]?.double)
      #expect(abs(dice - 2 * Double(both) / Double(either)) < 1e-12, "\(key)")
    }
    #expect(try #require(document["mean"]?[kind.structures[0].key]?["Dice"]?.double) > 0.7)
  }

  @Test func resumingWithOtherRegionsIsRefused() throws {
    func cohort(_ labels: JSONValue) throws -> Cohort {
      try Cohort(description: ["labels": labels, "regions_class_order": [1, 2]]) { labels in
        for index in labels.labels.indices where index % 2 == 0 && labels.labels[index] == 1 {
          labels.labels[index] = 2
        }
      }
    }
    let first = try cohort(["background": 0, "whole": [1, 2], "core": 2])
    try makeFolder(first.fold)
    let settings = shortSettings(epochs: 1, iterations: 1)
    _ = try first.trainer(settings).train(
      on: first.store, split: Cohort.split, into: first.fold)
    let other = try cohort(["background": 0, "whole": [1, 2], "core": 1])
    let error = #expect(throws: TrainingError.self) {
      _ = try other.trainer(settings).train(
        on: first.store, split: Cohort.split, into: first.fold, start: .resume)
    }
    expectOneLine(error, naming: ["checkpoint_final.safetensors", "labels"])
  }
}
