import Datasets
import Evaluation
import Inference
import JSONDocuments
import Planning
import Preprocessing
import Safetensors
import Tensors
import TestSupport
import Testing
import Training
import VolumeFiles
import Volumes

@Suite(.serialized, .oneThread)
struct TrainerTests {
  @Test func ballsAreLearntAndScored() throws {
    let cohort = try Cohort()
    var settings = shortSettings(epochs: 3, iterations: 16)
    settings.initialLearningRate = 0.05
    settings.momentum = 0.9
    settings.precision = nil
    let trainer = try cohort.trainer(settings)
    try makeFolder(cohort.fold)
    var steps: [TrainingObserver.Step] = []
    var epochs: [Int] = []
    var observer = TrainingObserver()
    observer.step = { steps.append($0) }
    observer.epoch = { epochs.append($0.count) }
    let outcome = try trainer.train(
      on: cohort.store, split: Cohort.split, into: cohort.fold, observer: observer)
    guard case .finished = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(epochs == [1, 2, 3])
    #expect(steps.map(\.iteration) == (0..<3).flatMap { _ in 1...16 })
    #expect(steps.map(\.epoch) == (0..<3).flatMap { Array(repeating: $0, count: 16) })

    let log = try trainingLog(cohort.fold)
    #expect(log.map { $0["epoch"]?.int } == [0, 1, 2])
    var running: Double?
    for (epoch, line) in log.enumerated() {
      let losses = steps.filter { $0.epoch == epoch }.map(\.loss)
      let mean = try #require(line["train_loss"]?.double)
      #expect(abs(mean - losses.reduce(0, +) / 16) < 1e-12)
      let rate = try #require(line["learning_rate"]?.double)
      #expect(rate == settings.learningRate(epoch: epoch))
      let dice = try #require(line["dice_per_class"]?.doubles)
      let meanDice = try #require(line["mean_dice"]?.double)
      #expect(dice.count == 1 && dice[0] == meanDice)
      running = running.map { 0.9 * $0 + 0.1 * meanDice } ?? meanDice
      #expect(line["ema_dice"]?.double == running)
    }
    let (first, last) = (log[0]["train_loss"]?.double, log[2]["train_loss"]?.double)
    #expect(try #require(last) < #require(first) - 0.15)
    #expect(try #require(log[2]["mean_dice"]?.double) > 0.8)

    var calls: [Int] = []
    let model = try ModelFolder(cohort.model)
    let summary = try trainer.validate(
      on: cohort.store, of: cohort.dataset, names: Cohort.split.validation, model: model,
      fold: .number(0)
    ) { done, total in calls.append(done * 10 + total) }
    #expect(calls == [11])
    #expect(summary.cases.map(\.name) == ["case_4"])
    #expect(namesInFolder("\(cohort.fold)/validation") == ["case_4.nii", "summary.json"])
    let document = try JSONValue(contentsOf: "\(cohort.fold)/validation/summary.json")
    let dice = try #require(document["foreground_mean"]?["Dice"]?.double)
    #expect(dice > 0.8)
    // The same by hand from the files.
    let mask = try LabelMap(contentsOf: "\(cohort.fold)/validation/case_4.nii").labels
    let truth = try LabelMap(contentsOf: "\(cohort.folder.path)/labelsTr/case_4.nii").labels
    let both = zip(mask, truth).count { $0 == 1 && $1 == 1 }
    let either = mask.count { $0 == 1 } + truth.count { $0 == 1 }
    #expect(abs(dice - 2 * Double(both) / Double(either)) < 1e-12)
    // And the predictor gives the same mask from the image.
    var predicting = Predictor.Settings()
    predicting.precision = settings.precision
    let image = try Volume<Float>(
      contentsOf: "\(cohort.folder.path)/imagesTr/case_4_0000.nii")
    #expect(try Predictor(model, settings: predicting).segment(image).labels == mask)
  }

  /// The names nnU-Net gives to the weights of this network, once each.
  @Test func checkpointHoldsTheReferencesNames() throws {
    var tiny = TinyPlan()
    tiny.features = [4, 8, 8]
    let cohort = try Cohort(tiny)
    let settings = shortSettings(epochs: 1, iterations: 1)
    _ = try cohort.trainer(settings).train(
      on: cohort.store, split: Cohort.split, into: cohort.fold)
    let blocks =
      (0..<3).map { "encoder.stages.\($0).0.convs.0" }
      + (0..<2).map { "decoder.stages.\($0).convs.0" }
    var weights = blocks.flatMap { block in
      ["conv", "norm"].flatMap { ["\(block).\($0).weight", "\(block).\($0).bias"] }
    }
    for layer in ["transpconvs", "seg_layers"] {
      for stage in 0..<2 {
        weights += ["decoder.\(layer).\(stage).weight", "decoder.\(layer).\(stage).bias"]
      }
    }
    // The head of the lowest resolution has weight 0 in the loss: it is never trained.
    let trained = weights.filter { !$0.hasPrefix("decoder.seg_layers.0.") }
    let checkpoint = try Checkpoint(cohort.fold, .final)
    #expect(checkpoint.names == (weights + trained.map { "momentum.\($0)" }).sorted())
    #expect(checkpoint.training["configuration"] == "3d_fullres")
    #expect(checkpoint.training["mirror_axes"]?.ints == [0, 1, 2])
  }

  @Test func sameSeedGivesTheSameWeightsAndAnotherOthers() throws {
    let cohort = try Cohort()
    var settings = shortSettings(epochs: 1, iterations: 2)
    var checkpoints: [Checkpoint] = []
    for (index, seed) in [7, 7, 8].enumerated() {
      settings.seed = UInt64(seed)
      let folder = "\(cohort.folder.path)/run_\(index)"
      _ = try cohort.trainer(settings).train(
        on: cohort.store, split: Cohort.split, into: folder)
      checkpoints.append(try Checkpoint(folder, .final))
    }
    #expect(checkpoints[0] == checkpoints[1])
    #expect(checkpoints[0].tensors != checkpoints[2].tensors)
  }

  @Test func slicesAreLearntToo() throws {
    var tiny = TinyPlan()
    tiny.patch = [16, 16]
    tiny.spacing = [1, 1]
    tiny.batchSize = 12
    let cohort = try Cohort(tiny)
    var settings = shortSettings(epochs: 2, iterations: 20)
    settings.initialLearningRate = 0.05
    settings.momentum = 0.9
    _ = try cohort.trainer(settings).train(
      on: cohort.store, split: Cohort.split, into: cohort.fold)
    #expect(try Checkpoint(cohort.fold, .final).training["mirror_axes"]?.ints == [0, 1])
    let image = try Volume<Float>(
      contentsOf: "\(cohort.folder.path)/imagesTr/case_4_0000.nii")
    let truth = try LabelMap(contentsOf: "\(cohort.folder.path)/labelsTr/case_4.nii").labels
    let mask = try Predictor(ModelFolder(cohort.model)).segment(image).labels
    let both = zip(mask, truth).count { $0 == 1 && $1 == 1 }
    let either = mask.count { $0 == 1 } + truth.count { $0 == 1 }
    #expect(Double(2 * both) / Double(either) > 0.7)
  }

  @Test(arguments: [1 << 40, Int.max]) func batchLargerThanMemoryIsRefused(size: Int) throws {
    let cohort = try Cohort()
    var settings = shortSettings()
    settings.batchSize = size
    let trainer = try cohort.trainer(settings)
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(on: cohort.store, split: Cohort.split, into: cohort.fold)
    }
    guard case .memory(let needed, let available) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(needed > available)
    expectOneLine(error, naming: ["MiB", "--batch-size"])
  }

  @Test func imagesOfNaNAreReported() throws {
    let cohort = try Cohort()
    let stored = try cohort.store.open("case_0")
    let entry = PreprocessedCase(
      channels: [VoxelArray(repeating: .nan, shape: stored.shape)],
      labels: VoxelArray(shape: stored.shape, elements: Array(stored.labels)),
      properties: stored.properties)
    try cohort.store.write(entry, as: "case_0", locations: [[5, 6]], stamp: "test")
    let split = CrossValidationSplits.Split(training: ["case_0"], validation: ["case_4"])
    let trainer = try cohort.trainer(shortSettings())
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(on: cohort.store, split: split, into: cohort.fold)
    }
    #expect(error == .diverged(epoch: 0, iteration: 0))
    expectOneLine(error, naming: ["not finite", "intensities"])
    #expect(namesInFolder(cohort.fold).isEmpty)
  }

  @Test func casesThatCannotBeUsedAreNamed() throws {
    let cohort = try Cohort()
    let trainer = try cohort.trainer(shortSettings())
    func error(_ training: [String]) -> TrainingError? {
      #expect(throws: TrainingError.self) {
        try trainer.train(
          on: cohort.store,
          split: CrossValidationSplits.Split(training: training, validation: []),
          into: cohort.fold)
      }
    }
    #expect(error([]) == .noTrainingCases)
    expectOneLine(error(["case_9"]), naming: ["case_9"])
    let stored = try cohort.store.open("case_0")
    let image = VoxelArray<Float>(repeating: 0, shape: stored.shape)
    let labels = VoxelArray<Int16>(repeating: 0, shape: stored.shape)
    try cohort.store.write(
      PreprocessedCase(channels: [image, image], labels: labels, properties: stored.properties),
      as: "two", locations: [], stamp: "test")
    #expect(
      error(["case_1", "two"])
        == .preprocessing(.channelCount(id: "two", expected: 1, found: 2)))
    try cohort.store.write(
      PreprocessedCase(channels: [image], labels: nil, properties: stored.properties),
      as: "bare", locations: [], stamp: "test")
    expectOneLine(error(["bare"]), naming: ["bare", "no labels"])
  }

  @Test func folderThatCannotBeMadeIsNamed() throws {
    let cohort = try Cohort()
    let trainer = try cohort.trainer(shortSettings())
    let folder = "\(cohort.folder.path)/dataset.json/fold_0"
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(on: cohort.store, split: Cohort.split, into: folder)
    }
    expectOneLine(error, naming: [folder])
  }

  @Test func validationOnAnotherGridIsRefused() throws {
    let cohort = try Cohort()
    let settings = shortSettings(epochs: 1, iterations: 1)
    let trainer = try cohort.trainer(settings)
    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: cohort.fold)
    let path = "\(cohort.folder.path)/labelsTr/case_4.nii"
    try LabelMap(
      labels: [0, 1], geometry: Geometry(extent: Extent(x: 2, y: 1, z: 1))
    ).write(to: path)
    let error = #expect(throws: TrainingError.self) {
      try trainer.validate(
        on: cohort.store, of: cohort.dataset, names: ["case_4"],
        model: ModelFolder(cohort.model), fold: .number(0))
    }
    expectOneLine(error, naming: [path, "2 × 1 × 1"])
  }
}
