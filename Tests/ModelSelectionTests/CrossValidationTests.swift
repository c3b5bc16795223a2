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

@Suite struct CrossValidationTests {
  private let folds: [Fold] = [.number(0), .number(1), .number(2)]

  @Test func gatheringKeepsEveryMaskByteForByte() throws {
    let reference = try ReferenceDecisions()
    let folder = try TemporaryFolder()
    let model = try reference.write(1, to: folder.path)[0]
    let validation = try CrossValidation(
      of: model, folds: folds, references: .folder(folder.path + "/labelsTr"))
    #expect(validation.gatheredFolder == model.path + "/crossval_results_folds_0_1_2")
    let summary = try validation.gather()
    #expect(summary.cases.map(\.name) == (0..<6).map { "case_\($0)" })
    for index in 0..<6 {
      let mask = "\(validation.gatheredFolder)/case_\(index).nii.gz"
      #expect(
        try bytes(ofFile: mask)
          == bytes(ofFile: "\(model.path)/fold_\(index % 3)/validation/case_\(index).nii.gz"))
      #expect(summary.cases[index].predictionFile == mask)
    }
    // Again, in place of the first, whatever lies there.
    try "old".write(
      toFile: validation.gatheredFolder + "/old.txt", atomically: true, encoding: .utf8)
    try validation.gather()
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: validation.gatheredFolder).sorted()
        == (0..<6).map { "case_\($0).nii.gz" } + ["dataset.json", "plans.json", "summary.json"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: model.path).filter { $0.hasPrefix(".") }
        .isEmpty)
  }

  @Test func problemsAreNamedBeforeAnythingIsWritten() throws {
    let reference = try ReferenceDecisions()
    let folder = try TemporaryFolder()
    let model = try reference.write(1, to: folder.path)[0]
    let labels = References.folder(folder.path + "/labelsTr")
    func problem(_ folds: [Fold], _ references: References) throws -> String {
      let error = try #require(throws: ModelSelectionError.self) {
        try CrossValidation(of: model, folds: folds, references: references)
      }
      return error.description
    }
    #expect(try problem(folds + [.number(3)], labels).hasPrefix("\(model.path)/fold_3/validation"))
    #expect(try problem(folds, .folder("/nowhere")).hasPrefix("/nowhere/case_0.nii.gz"))
    #expect(try problem(folds, .files([:])).hasPrefix("case_0"))
    try FileManager.default.copyItem(
      atPath: "\(model.path)/fold_0/validation/case_0.nii.gz",
      toPath: "\(model.path)/fold_1/validation/case_0.nii.gz")
    let twice = try problem(folds, labels)
    #expect(twice.contains("fold_0/validation/case_0.nii.gz"))
    #expect(twice.contains("fold_1/validation/case_0.nii.gz"))
    let written = try FileManager.default.contentsOfDirectory(atPath: model.path)
      .contains { $0.hasPrefix("crossval") }
    #expect(!written)
  }
}
