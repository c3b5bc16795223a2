import Datasets
import FileOutput
import Inference
import JSONDocuments
import Networks
import Planning
import Preprocessing
import Safetensors
import Tensors
import TestSupport
import Testing
import Volumes

@Suite(.serialized)
struct ModelFolderTests {
  @Test func foldsAreThoseWithACheckpoint() throws {
    let (tiny, model) = try model()
    let training = TinyModel.training(tiny.configuration, mirrorAxes: [0, 1, 2])
    let network = try tiny.network(classes: 3, seed: 1)
    for fold in [3, 0, 12] { try model.write(network, fold: fold, training: training) }
    let folder = try ModelFolder(model.path)
    #expect(folder.folds(with: .final) == [.number(0), .number(3), .number(12)])
    #expect(folder.folds(with: .best).isEmpty)
    let weights = try folder.weights(of: .number(3), .final)
    #expect(weights.configurationName == tiny.configuration && weights.mirrorAxes == [0, 1, 2])
    for (found, expected) in zip(weights.network.parameters, network.parameters) {
      #expect(found.name == expected.name && found.values == expected.values)
    }
  }

  @Test func folderWithoutPlansIsRefused() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: InferenceError.self) { try ModelFolder(folder.path) }
    expectOneLine(error, naming: [folder.path, "plans.json"])
  }

  @Test func folderWithoutDescriptionIsRefused() throws {
    let folder = try TemporaryFolder()
    try writeAtomically(TinyPlan().document.text(), to: "\(folder.path)/plans.json")
    let error = #expect(throws: InferenceError.self) { try ModelFolder(folder.path) }
    expectOneLine(error, naming: ["\(folder.path)/dataset.json"])
  }

  @Test func missingCheckpointIsNamed() throws {
    let (tiny, model) = try model()
    let folder = try ModelFolder(model.path)
    let none = #expect(throws: InferenceError.self) { try Predictor(folder) }
    expectOneLine(none, naming: [model.path, "checkpoint_final.safetensors"])
    let missing = #expect(throws: InferenceError.self) {
      try Predictor(folder, folds: [.number(2)], checkpoint: .best)
    }
    expectOneLine(
      missing, naming: [model.path, "fold 2", "checkpoint_best.safetensors", "train it"])
    let training = TinyModel.training(tiny.configuration, mirrorAxes: [0])
    for fold in [0, 1] {
      try model.write(tiny.network(classes: 3, seed: 1), fold: fold, training: training)
    }
    let other = #expect(throws: InferenceError.self) { try Predictor(folder, folds: [.number(2)]) }
    expectOneLine(other, naming: [model.path, "fold 2", "choose of 0, 1"])
  }

  @Test func weightsOfAnotherNetworkAreRefused() throws {
    let (tiny, model) = try model()
    var other = tiny
    other.features = [8, 12]
    try model.write(
      try other.network(classes: 3, seed: 1), fold: 0,
      training: TinyModel.training(tiny.configuration, mirrorAxes: []))
    let error = #expect(throws: InferenceError.self) { try Predictor(ModelFolder(model.path)) }
    expectOneLine(error, naming: [model.checkpoint(0), "shape", "network expects"])
    other.features = [8, 16, 16]
    try writeAtomically(other.document.text(), to: "\(model.path)/plans.json")
    let deeper = #expect(throws: InferenceError.self) { try Predictor(ModelFolder(model.path)) }
    expectOneLine(deeper, naming: [model.checkpoint(0), "encoder.stages."])
  }

  @Test func damagedFilesAreRefused() throws {
    let (tiny, model) = try model()
    let training = TinyModel.training(tiny.configuration, mirrorAxes: [0])
    let network = try tiny.network(classes: 3, seed: 1)
    try model.write(network, fold: 0, training: training)
    let whole = try bytes(ofFile: model.checkpoint(0)).count
    for count in [whole - 1, whole / 2, 100, 7, 0] {
      try truncateFile(model.checkpoint(0), to: count)
      let error = #expect(throws: InferenceError.self) { try Predictor(ModelFolder(model.path)) }
      expectOneLine(error, naming: [model.checkpoint(0)])
    }
  }

  static let metadata: [(String?, String)] = [
    (nil, "metadata"), ("{", "metadata"), ("{\"configuration\": \"3d_fullres\"}", "metadata"),
    ("{\"configuration\": \"3d_lowres\", \"mirror_axes\": []}", "3d_lowres"),
    ("{\"configuration\": \"3d_fullres\", \"mirror_axes\": [0, 3]}", "[0, 3]"),
    ("{\"configuration\": \"3d_fullres\", \"mirror_axes\": [-1]}", "[-1]"),
    ("{\"configuration\": \"3d_fullres\", \"mirror_axes\": [1, 1]}", "[1, 1]"),
  ]

  @Test(arguments: metadata) func metadataAreChecked(text: String?, named: String) throws {
    let (tiny, model) = try model()
    let entries = try tiny.network(classes: 3, seed: 1).parameters.map {
      SafetensorsEntry(name: $0.name, shape: $0.shape, floats: $0.values)
    }
    try model.write(entries, fold: 0, training: text)
    let error = #expect(throws: InferenceError.self) { try Predictor(ModelFolder(model.path)) }
    expectOneLine(error, naming: [named])
  }

  @Test func foldsOfDifferentConfigurationsAreRefused() throws {
    let (tiny, model) = try model()
    let document = try #require(tiny.document.object)
    var plan = document
    var configurations = try #require(document["configurations"]?.object)
    configurations["other"] = ["inherits_from": .string(tiny.configuration)]
    plan["configurations"] = .object(configurations)
    try writeAtomically(JSONValue.object(plan).text(), to: "\(model.path)/plans.json")
    let network = try tiny.network(classes: 3, seed: 1)
    for (fold, name) in [(0, tiny.configuration), (1, "other")] {
      try model.write(network, fold: fold, training: TinyModel.training(name, mirrorAxes: []))
    }
    let error = #expect(throws: InferenceError.self) { try Predictor(ModelFolder(model.path)) }
    expectOneLine(error, naming: [tiny.configuration, "other"])
    configurations["other"] = [
      "inherits_from": .string(tiny.configuration),
      "previous_stage": .string(tiny.configuration),
    ]
    plan["configurations"] = .object(configurations)
    try writeAtomically(JSONValue.object(plan).text(), to: "\(model.path)/plans.json")
    let cascade = #expect(throws: InferenceError.self) {
      try Predictor(ModelFolder(model.path), folds: [.number(1)])
    }
    // Its network takes the masks as two more channels.
    expectOneLine(cascade, naming: ["fold_1", "encoder.stages.0.0.convs.0.conv.weight"])
  }

  @Test func planThatWasEditedAfterTrainingIsRefused() throws {
    let (tiny, model) = try model()
    let digest = try tiny.plan().digest(of: tiny.plan().configuration(tiny.configuration))
    var training = try #require(
      try JSONValue(parsing: TinyModel.training(tiny.configuration, mirrorAxes: [0])).object)
    training["plan"] = .string(digest)
    try model.write(
      try tiny.network(classes: 3, seed: 1), fold: 0,
      training: JSONValue.object(training).text(.compact))
    _ = try Predictor(ModelFolder(model.path))
    var edited = tiny
    edited.spacing = [1, 1, 1.25]
    try writeAtomically(edited.document.text(), to: "\(model.path)/plans.json")
    let error = #expect(throws: InferenceError.self) { try Predictor(ModelFolder(model.path)) }
    expectOneLine(
      error, naming: [model.checkpoint(0), "plans.json was changed after it was trained"])
  }

  @Test func absurdNumbersOfAPlanAreRefusedOrHarmless() throws {
    let (tiny, model) = try model()
    try model.write(
      try tiny.network(classes: 3, seed: 1), fold: 0,
      training: TinyModel.training(tiny.configuration, mirrorAxes: [0]))
    var (refused, opened) = (0, 0)
    for variant in AbsurdDocument.variants(of: tiny.document) {
      try writeAtomically(variant.document.text(), to: "\(model.path)/plans.json")
      do {
        let predictor = try Predictor(ModelFolder(model.path))
        // A window without end is refused when the image is known.
        let entry = CaseProperties(
          spacing: [1, 1, 1], shapeBeforeCropping: Shape3(20, 20, 20),
          box: ArrayBox(whole: Shape3(20, 20, 20)))
        try predictor.checkMemory(
          for: Shape3(20, 20, 20), of: entry, keeping: .planes, id: "x", available: 8 << 30)
        opened += 1
      } catch {
        refused += 1
        #expect(!"\(error)".contains("\n"), "\(variant.field)")
      }
    }
    #expect(refused > 300 && opened > 10, "\(refused) refused, \(opened) opened")
  }

  @Test func networkBeyondTheMemoryIsRefused() throws {
    var tiny = TinyPlan()
    tiny.features = [1024, 2048]
    let architecture = UNetArchitecture(
      try tiny.plan().configuration(tiny.configuration), inputChannels: 1, classes: 3)
    try TrainedWeights.checkMemory(for: architecture, path: "p", available: nil)
    try TrainedWeights.checkMemory(for: architecture, path: "p", available: 2 << 30)
    let error = #expect(throws: InferenceError.self) {
      try TrainedWeights.checkMemory(for: architecture, path: "p", available: 512 << 20)
    }
    expectOneLine(error, naming: ["p: the networks need about 992 MiB", "512 MiB are free"])
  }

  private func model() throws -> (TinyPlan, TinyModel) {
    let tiny = TinyPlan()
    return (tiny, try TinyModel(tiny))
  }
}
