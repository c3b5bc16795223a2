import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Both stages of a cascade, from the command line.
@Suite(.serialized) struct CascadeCommandTests {
  private func train(_ workspace: String, _ configuration: String, fold: String) throws
    -> Program.Outcome
  {
    try Program.run(
      "train", "--workspace", workspace, "--configuration", configuration, "--fold", fold,
      "--epochs", "1", "--iterations", "4", "--validation-iterations", "1", "--seed", "7",
      "--resume", "--probabilities")
  }

  @Test func bothStagesAreTrainedAndPredict() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace, cascade: true)
    let cascade = "3d_cascade_fullres"

    // Nothing is preprocessed before it is known that the first stage is missing.
    let early = try train(workspace, cascade, fold: "0")
    #expect(early.status == 1)
    for part in ["3d_lowres", "folds 0, 1, 2, 3, 4", "--configuration 3d_lowres --fold 0"] {
      #expect(early.errorLines.last?.contains(part) == true, "\(early.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: "\(workspace)/preprocessed"))

    let masks = "\(workspace)/models/3d_lowres/predicted_next_stage/\(cascade)"
    for fold in 0..<5 {
      let first = try train(workspace, "3d_lowres", fold: "\(fold)")
      #expect(first.status == 0, "\(first.errors)")
      if fold == 0 {
        let partial = try train(workspace, cascade, fold: "0")
        #expect(partial.errorLines.last?.contains("folds 1, 2, 3, 4 are") == true)
      }
    }
    let names = (0..<6).map { "ball_\($0).safetensors" }
    #expect(try FileManager.default.contentsOfDirectory(atPath: masks).sorted() == names)
    // A mask that is missing is made again.
    try FileManager.default.removeItem(atPath: "\(masks)/ball_3.safetensors")

    for fold in ["0", "1"] {
      let second = try train(workspace, cascade, fold: fold)
      #expect(second.status == 0, "\(second.errors)")
      #expect(second.errors.contains("segmenting 1 cases with 3d_lowres") == (fold == "0"))
    }
    // Both configurations of the full resolution share their cases.
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(workspace)/preprocessed").sorted()
        == ["3d_fullres", "3d_lowres"])

    try ensembles(workspace, cascade)

    // Both stages in one command, and one after another.
    let model = "\(workspace)/models/\(cascade)"
    func predict(_ model: String, _ output: String, _ more: String...) throws -> Program.Outcome {
      try Program.run(
        [
          "predict", "--model", model, "--input", "\(dataset.path)/imagesTs", "--output",
          "\(dataset.folder.path)/\(output)",
        ] + more)
    }
    func mask(_ output: String) throws -> [LabelMap.Label] {
      try LabelMap(contentsOf: "\(dataset.folder.path)/\(output)/ball_6.nii.gz").labels
    }
    let both = try predict(model, "both", "--folds", "0,1")
    #expect(both.status == 0, "\(both.errors)")
    #expect(
      try predict("\(workspace)/models/3d_lowres", "first", "--folds", "0,1").status == 0)
    let second = try predict(
      model, "second", "--folds", "0,1", "--previous-stage", "\(dataset.folder.path)/first")
    #expect(second.status == 0, "\(second.errors)")
    #expect(try mask("both") == mask("second"))
    // Other masks give another result: the network reads them.
    try FileManager.default.createDirectory(
      atPath: "\(dataset.folder.path)/empty", withIntermediateDirectories: true)
    for number in 6..<8 {
      var empty = try LabelMap(contentsOf: "\(dataset.folder.path)/first/ball_\(number).nii.gz")
      empty.labels = empty.labels.map { 1 - $0 }
      try empty.write(to: "\(dataset.folder.path)/empty/ball_\(number).nii.gz")
    }
    let other = try predict(
      model, "other", "--folds", "0,1", "--previous-stage", "\(dataset.folder.path)/empty")
    #expect(other.status == 0, "\(other.errors)")
    #expect(try mask("other") != mask("both"))

    // What is missing is named.
    let gone = try predict(model, "gone", "--previous-stage", dataset.folder.path + "/none")
    #expect(gone.status == 1 && gone.errorLines.last?.contains("/none: no such folder") == true)
    try FileManager.default.moveItem(atPath: model, toPath: "\(dataset.folder.path)/alone")
    let alone = try predict("\(dataset.folder.path)/alone", "alone_masks")
    #expect(alone.status == 1)
    #expect(alone.errorLines.last?.contains("--previous-stage") == true, "\(alone.errors)")
    let needless = try predict(
      "\(workspace)/models/3d_lowres", "needless", "--previous-stage",
      "\(dataset.folder.path)/first")
    #expect(needless.errorLines.last?.contains("leave --previous-stage out") == true)
    let pair = try predict(
      "\(workspace)/models/3d_lowres", "needless", "--model", "\(workspace)/models/3d_lowres",
      "--previous-stage", "\(dataset.folder.path)/first")
    #expect(pair.status == 1 && pair.errors.contains("none of the models has a previous stage"))
  }

  /// The average of both stages competes, by the probabilities that training saved or that are predicted.
  private func ensembles(_ workspace: String, _ cascade: String) throws {
    func best(_ ensembles: String) throws -> JSONValue {
      let found = try Program.run(
        "find-best", "--workspace", workspace, "--folds", "0,1", "--ensembles", ensembles, "--json")
      #expect(found.status == 0, "\(found.errors)")
      return try #require(found.json?["results"])
    }
    let results = try best("auto")
    #expect(results.array?.count == 3)
    #expect(
      results.array?.last?["model"]?.string == "ensemble___3d_lowres___\(cascade)___0_1")
    #expect(results.array?.last?["dice"]?.double?.isFinite == true)

    let fold = "\(workspace)/models/\(cascade)/fold_0/validation"
    func files(_ ending: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: fold).filter { $0.hasSuffix(ending) }
        .sorted()
    }
    let saved = try files(".npz")
    #expect(try !saved.isEmpty && saved.count == files(".pkl").count)
    for name in saved { try FileManager.default.removeItem(atPath: "\(fold)/\(name)") }
    #expect(try best("predict").array?.count == 3)
    #expect(try files(".npz") == saved)

    // A finished fold is validated again for what is missing, bit for bit.
    let first = "\(fold)/\(saved[0])"
    try FileManager.default.removeItem(atPath: first)
    let masks = try files(".nii.gz").map { try LabelMap(contentsOf: "\(fold)/\($0)").labels }
    let again = try train(workspace, cascade, fold: "0")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("validation cases are saved in"), "\(again.errors)")
    #expect(try files(".npz") == saved)
    #expect(
      try files(".nii.gz").map { try LabelMap(contentsOf: "\(fold)/\($0)").labels } == masks)
  }
}
