import Datasets
import FileOutput
import Inference
import JSONDocuments
import Planning
import Preprocessing
import TestSupport
import Testing
import Training
import VolumeFiles
import Volumes

/// A run goes on with the images, labels and plan it began with, or not at all.
@Suite(.serialized, .oneThread)
struct ResumeDataTests {
  /// A run that was stopped after two of six steps.
  private func stoppedRun() throws -> (cohort: Cohort, folder: String) {
    let cohort = try Cohort()
    let folder = "\(cohort.folder.path)/folder"
    var asked = 0
    var observer = TrainingObserver()
    observer.shouldStop = {
      asked += 1
      return asked == 2
    }
    _ = try cohort.trainer(shortSettings()).train(
      on: cohort.store, split: Cohort.split, into: folder, observer: observer)
    return (cohort, folder)
  }

  private func preprocess(_ cohort: Cohort) throws {
    _ = try Preprocessor(cohort.plan, configuration: cohort.configuration).run(
      on: cohort.dataset, into: cohort.store.folder)
  }

  private func resume(_ cohort: Cohort, _ plan: SegmentationPlan, _ folder: String) throws {
    _ = try Trainer(
      plan, configuration: cohort.configuration, description: cohort.dataset.description,
      settings: shortSettings()
    ).train(on: cohort.store, split: Cohort.split, into: folder, start: .resume)
  }

  @Test func changedLabelsAreRefusedUntilTheOldOnesAreBack() throws {
    let (cohort, folder) = try stoppedRun()
    let latest = "\(folder)/checkpoint_latest.safetensors"
    let before = try bytes(ofFile: latest)
    let path = "\(cohort.folder.path)/labelsTr/case_2.nii"
    let old = try LabelMap(contentsOf: path)
    var labels = old
    labels[0, 0, 0] = 1
    try labels.write(to: path)
    try preprocess(cohort)
    let error = #expect(throws: TrainingError.self) { try resume(cohort, cohort.plan, folder) }
    #expect(
      error?.description
        == "\(latest) cannot be continued from: images or labels have changed since "
        + "in 1 of 5 cases, the first being case_2; put the old ones back, or start afresh without "
        + "--resume")
    #expect(try bytes(ofFile: latest) == before)

    // Files that are new but say the same are the same.
    try old.write(to: path)
    try preprocess(cohort)
    try resume(cohort, cohort.plan, folder)
    let whole = "\(cohort.folder.path)/whole"
    _ = try cohort.trainer(shortSettings()).train(
      on: cohort.store, split: Cohort.split, into: whole)
    #expect(try Checkpoint(folder, .final) == Checkpoint(whole, .final))
  }

  @Test func changedImagesAreRefused() throws {
    let (cohort, folder) = try stoppedRun()
    let path = "\(cohort.folder.path)/imagesTr/case_4_0000.nii"
    var image = try Volume<Float>(contentsOf: path)
    image[3, 4, 5] += 0.5
    try image.write(to: path)
    try preprocess(cohort)
    let error = #expect(throws: TrainingError.self) { try resume(cohort, cohort.plan, folder) }
    expectOneLine(error, naming: ["checkpoint_latest.safetensors", "in 1 of 5 cases", "case_4"])
  }

  /// Edits of `plans.json` after the checkpoint was written.
  @Test(
    arguments: [
      ("batch_dice", true), ("batch_size", 3), ("spacing", [1.0, 1.0, 1.5]),
      ("normalization_schemes", ["NoNormalization"]), ("use_mask_for_norm", [true]),
      ("patch_size", [16, 16, 8]),
    ] as [(String, JSONValue)])
  func editedPlanIsRefused(field: String, value: JSONValue) throws {
    let (cohort, folder) = try stoppedRun()
    let latest = "\(folder)/checkpoint_latest.safetensors"
    let before = try bytes(ofFile: latest)
    var object = try #require(cohort.plan.document.object)
    var configurations = try #require(object["configurations"]?.object)
    var configuration = try #require(configurations[cohort.configuration]?.object)
    configuration[field] = value
    configurations[cohort.configuration] = .object(configuration)
    object["configurations"] = .object(configurations)
    let path = "\(cohort.folder.path)/edited.json"
    try writeAtomically(JSONValue.object(object).text(), to: path)
    let plan = try SegmentationPlan(contentsOf: path)
    let error = #expect(throws: TrainingError.self) { try resume(cohort, plan, folder) }
    expectOneLine(error, naming: [latest, "trained with", "now asked for", "--resume"])
    #expect(try bytes(ofFile: latest) == before)
  }

  @Test func editedStatisticsAreRefused() throws {
    let (cohort, folder) = try stoppedRun()
    var object = try #require(cohort.plan.document.object)
    let field = "foreground_intensity_properties_per_channel"
    var statistics = try #require(object[field]?["0"]?.object)
    statistics["mean"] = 0.25
    object[field] = ["0": .object(statistics)]
    let plan = try SegmentationPlan(.object(object), from: "plans.json")
    let error = #expect(throws: TrainingError.self) { try resume(cohort, plan, folder) }
    expectOneLine(error, naming: ["checkpoint_latest.safetensors", "trained with"])
  }
}
