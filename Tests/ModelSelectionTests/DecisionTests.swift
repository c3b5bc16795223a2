import Datasets
import Evaluation
import Foundation
import Inference
import JSONDocuments
import ModelSelection
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// What nnU-Net decides on the same folds' files.
@Suite struct DecisionTests {
  @Test(arguments: 0..<ReferenceDecisions.count)
  func decisionsEqualTheReference(scenario: Int) throws {
    let reference = try ReferenceDecisions()
    let expected = reference.outcome(scenario)
    let folder = try TemporaryFolder()
    let models = try reference.write(scenario, to: folder.path)
    let best = try BestConfiguration(
      of: models, folds: [.number(0), .number(1), .number(2)],
      references: .folder(folder.path + "/labelsTr"))

    #expect(best.winner.name == expected["best"]?.string)
    for candidate in best.candidates {
      let score = try #require(expected["results"]?[candidate.name]?.double)
      #expect(abs(candidate.score - score) < 1e-12)
    }
    let after = try #require(expected["after"]?.double)
    #expect(abs(best.decision.after.foregroundMean(.dice) - after) < 1e-12)

    // The file: steps and layout exactly, means to rounding.
    let written = try JSONValue(contentsOf: best.postprocessingPath)
    let decision = try #require(expected["postprocessing"])
    #expect(written["postprocessing_fns"] == decision["postprocessing_fns"])
    #expect(written["postprocessing_kwargs"] == decision["postprocessing_kwargs"])
    #expect(differences(written, decision, tolerance: 1e-12).isEmpty)
    #expect(try Postprocessing(contentsOf: best.postprocessingPath) == best.decision.postprocessing)

    // The post-processed masks are those that the scores are of.
    let evaluator = OverlapEvaluator(
      structures: best.decision.after.structures)
    let again = try evaluator.evaluate(
      EvaluationFolders(
        reference: folder.path + "/labelsTr", prediction: best.winner.folder + "/postprocessed")
    ) { try LabelMap(contentsOf: $0) }
    #expect(again.foregroundMean(.dice) == best.decision.after.foregroundMean(.dice))
    let summary = try JSONValue(contentsOf: best.winner.folder + "/postprocessed/summary.json")
    #expect(
      summary["metric_per_case"]?.array?[0]["prediction_file"]?.string
        == best.winner.folder + "/postprocessed/case_0.nii.gz")
  }

  @Test func instructionsNameTheWinner() throws {
    let reference = try ReferenceDecisions()
    let folder = try TemporaryFolder()
    let models = try reference.write(0, to: folder.path + "/it's mine")
    let best = try BestConfiguration(
      of: models, folds: [.number(0), .number(1), .number(2)],
      references: .folder(folder.path + "/it's mine/labelsTr"))
    try best.writeInstructions(to: folder.path)
    let text = try String(
      contentsOfFile: folder.path + "/inference_instructions.txt", encoding: .utf8)
    #expect(text.contains("--model '\(folder.path)/it'\\''s mine/models/\(best.winner.name)'"))
    #expect(text.contains("--folds 0,1,2 "))
    let information = try JSONValue(contentsOf: folder.path + "/inference_information.json")
    let chosen = information["best_model_or_ensemble"]
    #expect(
      chosen?["selected_model_or_models"]?.array?[0]["configuration"]?.string
        == best.winner.name)
    #expect(chosen?["result_on_crossval_pre_pp"]?.double == best.winner.score)
    #expect(information["folds"]?.ints == [0, 1, 2])
    #expect(information["considered_models"]?.array?.count == 2)
  }

  /// Equal scores: the first wins.
  @Test func theFirstOfEqualModelsWins() throws {
    let reference = try ReferenceDecisions()
    let folder = try TemporaryFolder()
    let model = try reference.write(0, to: folder.path)[0]
    let copy = folder.path + "/models/copy"
    try FileManager.default.copyItem(atPath: model.path, toPath: copy)
    let best = try BestConfiguration(
      of: [try ModelFolder(copy), model], folds: [.number(0), .number(1), .number(2)],
      references: .folder(folder.path + "/labelsTr"))
    #expect(best.winner.name == "copy")
    #expect(best.candidates[0].score == best.candidates[1].score)
  }
}
