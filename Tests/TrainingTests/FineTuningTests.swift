import Datasets
import FileOutput
import Inference
import JSONDocuments
import Planning
import Safetensors
import TestSupport
import Testing
import Training

@Suite(.serialized, .oneThread)
struct FineTuningTests {
  /// A cohort with a model trained for a few steps.
  func trained(_ tiny: TinyPlan = TinyPlan()) throws -> Cohort {
    let cohort = try Cohort(tiny)
    let trainer = try cohort.trainer(shortSettings(epochs: 1))
    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: cohort.fold)
    return cohort
  }

  func settings(_ pretrained: String, epochs: Int = 2) throws -> TrainingSettings {
    var settings = shortSettings(epochs: epochs)
    settings.pretrained = try PretrainedWeights(contentsOf: pretrained)
    return settings
  }

  /// The state after no step at all: what a run starts from.
  func start(
    _ cohort: Cohort, _ settings: TrainingSettings, labels: DatasetDescription? = nil
  ) throws -> Checkpoint {
    let folder = "\(cohort.folder.path)/start"
    var slow = settings
    // A rate that is 0 in float32.
    slow.initialLearningRate = 1e-60
    var observer = TrainingObserver()
    observer.shouldStop = { true }
    let trainer = try Trainer(
      cohort.plan, configuration: cohort.configuration,
      description: labels ?? cohort.dataset.description, settings: slow)
    _ = try trainer.train(
      on: cohort.store, split: Cohort.split, into: folder, observer: observer)
    return try Checkpoint(folder, .latest)
  }

  func weights(_ checkpoint: Checkpoint, heads: Bool? = nil) -> [String: [UInt8]] {
    checkpoint.tensors.filter { name, _ in
      !name.hasPrefix("momentum.") && (heads == nil || name.contains(".seg_layers.") == heads)
    }
  }

  @Test func everyWeightIsTakenOver() throws {
    let cohort = try trained()
    let pretrained = try Checkpoint(cohort.fold, .final)
    for path in [
      cohort.model, cohort.fold, "\(cohort.fold)/checkpoint_final.safetensors",
      "\(cohort.model)/", "\(cohort.fold)/",
    ] {
      let found = try start(cohort, settings(path))
      #expect(weights(found) == weights(pretrained), "\(path)")
    }
    let random = try start(cohort, shortSettings())
    let encoder = "encoder.stages.0.0.convs.0.conv.weight"
    #expect(random.tensors[encoder] != pretrained.tensors[encoder])
  }

  /// Heads for other labels start as they do without pretrained weights; all else is taken over.
  @Test(
    arguments: [
      ["background": 0, "ball": 1, "cube": 2], ["background": 0, "cube": 1],
    ] as [JSONValue])
  func headsOfOtherLabelsAreNew(labels: JSONValue) throws {
    let cohort = try trained()
    let pretrained = try Checkpoint(cohort.fold, .final)
    let description = try DatasetDescription(
      [
        "channel_names": ["0": "noise"], "labels": labels, "numTraining": 5, "file_ending": ".nii",
      ], from: "dataset.json")
    let found = try start(cohort, settings(cohort.model), labels: description)
    let random = try start(cohort, shortSettings(), labels: description)
    #expect(weights(found, heads: false) == weights(pretrained, heads: false))
    #expect(weights(found, heads: true) == weights(random, heads: true))
    #expect(weights(found, heads: true) != weights(pretrained, heads: true))
    let trainer = try Trainer(
      cohort.plan, configuration: cohort.configuration, description: description,
      settings: settings(cohort.model))
    #expect(trainer.takesHeads == false)
  }

  @Test func otherNetworksAreRefused() throws {
    var wide = TinyPlan()
    wide.features = [8, 24]
    let cohort = try Cohort()
    let other = try trained(wide)
    let error = #expect(throws: TrainingError.self) {
      try cohort.trainer(settings(other.model))
    }
    expectOneLine(
      error,
      naming: [
        other.fold, "its network is not that of the plan's configuration 3d_fullres",
        "encoder.stages.1.0.convs.0.conv.weight has shape [24, 8, 3, 3, 3]",
        "expected shape [16, 8, 3, 3, 3]", "the plans differ in features;", "plan --like",
      ])
    var channels = TinyPlan()
    channels.channels = 2
    let plan = try SegmentationPlan(channels.document, from: "plans.json")
    let description = DatasetDescription(
      channelNames: ["a", "b"], labels: cohort.dataset.description.labels, numTraining: 2,
      fileEnding: ".nii")
    let one = try trained()
    let mismatch = #expect(throws: TrainingError.self) {
      try Trainer(
        plan, configuration: channels.configuration, description: description,
        settings: settings(one.model))
    }
    expectOneLine(mismatch, naming: ["images of 1 channel, and these have 2"])
  }

  @Test func nothingToStartFromIsSaid() throws {
    let cohort = try Cohort()
    try writeAtomically("no weights", to: "\(cohort.folder.path)/weights.safetensors")
    for (path, part) in [
      ("nowhere", "there is no such file or folder"),
      (cohort.model, "no fold of this model is trained"),
      ("\(cohort.folder.path)/imagesTr", "it is no model's folder"),
    ] {
      let error = #expect(throws: TrainingError.self) { try PretrainedWeights(contentsOf: path) }
      expectOneLine(error, naming: [path, part])
    }
    let error = #expect(throws: TrainingError.self) {
      try cohort.trainer(settings("\(cohort.folder.path)/weights.safetensors"))
    }
    expectOneLine(error, naming: ["weights.safetensors cannot be started from"])
    // A damaged checkpoint of nnU-Net, alone and in a results folder.
    try makeFolder(cohort.fold)
    let foreign = "\(cohort.fold)/checkpoint_final.pth"
    try writeAtomically("zip", to: foreign)
    for path in [foreign, cohort.model] {
      let error = #expect(throws: TrainingError.self) { try cohort.trainer(settings(path)) }
      expectOneLine(error, naming: [foreign, "cannot be started from"])
    }
  }

  @Test func damagedDescriptionsAreNotPassedOver() throws {
    let cohort = try trained()
    try writeAtomically("{", to: "\(cohort.model)/dataset.json")
    let error = #expect(throws: TrainingError.self) {
      try PretrainedWeights(contentsOf: cohort.fold)
    }
    expectOneLine(error, naming: ["checkpoint_final.safetensors", "dataset.json"])
  }

  @Test func frozenEncodersStayAndDecodersLearn() throws {
    let cohort = try trained()
    let pretrained = weights(try Checkpoint(cohort.fold, .final))
    var settings = try settings(cohort.model)
    settings.freezesEncoder = true
    let folder = "\(cohort.folder.path)/frozen"
    _ = try cohort.trainer(settings).train(
      on: cohort.store, split: Cohort.split, into: folder)
    let checkpoint = try Checkpoint(folder, .final)
    let found = weights(checkpoint)
    #expect(found.keys.sorted() == pretrained.keys.sorted())
    for (name, bytes) in pretrained {
      let isFrozen = name.hasPrefix("encoder.")
      // Biases before a normalisation are zeros without a gradient.
      if !name.hasSuffix(".conv.bias") {
        #expect((found[name] == bytes) == isFrozen, "\(name)")
      }
      #expect(isFrozen != checkpoint.tensors.keys.contains("momentum.\(name)"), "\(name)")
    }
    settings.pretrained = nil
    #expect(throws: TrainingError.self) { try cohort.trainer(settings) }
  }

  /// The gradients of the decoder are those of a network that learns everywhere.
  @Test func frozenEncodersChangeNoOtherGradient() throws {
    let cohort = try trained()
    var settings = try settings(cohort.model, epochs: 1)
    settings.iterationsPerEpoch = 1
    // Clipping would scale by a norm that has the encoder's part.
    settings.gradientNormLimit = .infinity
    var found: [[String: [UInt8]]] = []
    for freezes in [false, true] {
      settings.freezesEncoder = freezes
      let folder = "\(cohort.folder.path)/gradients_\(freezes)"
      _ = try cohort.trainer(settings).train(on: cohort.store, split: Cohort.split, into: folder)
      found.append(
        try Checkpoint(folder, .final).tensors.filter { $0.key.hasPrefix("momentum.decoder.") })
    }
    #expect(found[0] == found[1] && found[0].count > 4)
  }

  @Test func stoppedFineTuningGoesOnBitForBit() throws {
    let cohort = try trained()
    var settings = try settings(cohort.model)
    settings.freezesEncoder = true
    settings.patience = 5
    let trainer = try cohort.trainer(settings)
    let (whole, folder) = ("\(cohort.folder.path)/whole", "\(cohort.folder.path)/folder")
    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: whole)
    var observer = TrainingObserver()
    var asked = 0
    observer.shouldStop = {
      asked += 1
      return asked == 2
    }
    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: folder, observer: observer)
    let latest = try bytes(ofFile: "\(folder)/checkpoint_latest.safetensors")

    // Other weights to start from, or none frozen, make another run.
    let others = try Cohort()
    _ = try others.trainer(shortSettings(epochs: 1, iterations: 1)).train(
      on: others.store, split: Cohort.split, into: others.fold)
    var other = settings
    other.pretrained = try PretrainedWeights(contentsOf: others.model)
    var learning = settings
    learning.freezesEncoder = false
    var impatient = settings
    impatient.patience = 4
    for (changed, part) in [
      (other, "it was trained with pretrained weights"),
      (learning, "trained with a frozen encoder, now asked for is none of this"),
      (impatient, "with a patience of 5 epochs, now asked for are a patience of 4 epochs"),
    ] {
      let error = #expect(throws: TrainingError.self) {
        try cohort.trainer(changed).train(
          on: cohort.store, split: Cohort.split, into: folder, start: .resume)
      }
      expectOneLine(error, naming: [part])
      #expect(try bytes(ofFile: "\(folder)/checkpoint_latest.safetensors") == latest)
    }

    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: folder, start: .resume)
    #expect(try Checkpoint(folder, .final) == Checkpoint(whole, .final))
  }

  /// Weights to start from need not be there any more when a run goes on.
  @Test func runsGoOnWithoutWhatTheyStartedFrom() throws {
    let cohort = try trained()
    let pretrained = try settings(cohort.model)
    let (whole, folder) = ("\(cohort.folder.path)/whole", "\(cohort.folder.path)/folder")
    _ = try cohort.trainer(pretrained).train(
      on: cohort.store, split: Cohort.split, into: whole)
    var observer = TrainingObserver()
    observer.shouldStop = { true }
    _ = try cohort.trainer(pretrained).train(
      on: cohort.store, split: Cohort.split, into: folder, observer: observer)
    _ = try cohort.trainer(shortSettings()).train(
      on: cohort.store, split: Cohort.split, into: folder, start: .resume)
    #expect(try Checkpoint(folder, .final) == Checkpoint(whole, .final))
  }

  @Test func weightsThatAreNotNumbersAreRefused() throws {
    let cohort = try trained()
    let path = "\(cohort.fold)/checkpoint_final.safetensors"
    let file = try SafetensorsFile(contentsOf: path)
    let entries = try file.names.map { name in
      var values = try file.floats(name)
      if name == "decoder.transpconvs.0.bias" { values[1] = .nan }
      return SafetensorsEntry(
        name: name, shape: try file.tensor(named: name).shape, floats: values)
    }
    let damaged = "\(cohort.folder.path)/damaged.safetensors"
    try SafetensorsWriter.write(entries, metadata: file.metadata, to: damaged)
    let trainer = try cohort.trainer(settings(damaged))
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(
        on: cohort.store, split: Cohort.split, into: "\(cohort.folder.path)/never")
    }
    expectOneLine(error, naming: ["damaged.safetensors", "decoder.transpconvs.0.bias"])
  }
}

@Suite struct EarlyStoppingTests {
  private func history(_ dice: [Double]) throws -> [EpochRecord] {
    try dice.enumerated().map { epoch, value in
      let field: JSONValue = value.isNaN ? .null : .number(value)
      return try #require(
        EpochRecord(
          [
            "epoch": .integer(epoch), "learning_rate": 0.01, "train_loss": 0, "validation_loss": 0,
            "dice_per_class": [field], "mean_dice": field, "ema_dice": field, "seconds": 1,
          ]))
    }
  }

  private func ends(_ dice: [Double], patience: Int?, epochs: Int = 100) throws -> Bool {
    var settings = TrainingSettings()
    settings.epochs = epochs
    settings.patience = patience
    return settings.isFinished(after: try history(dice))
  }

  @Test func endsAfterEpochsWithoutABetterDice() throws {
    #expect(try !ends([0.1, 0.2, 0.2], patience: 2))
    #expect(try ends([0.1, 0.2, 0.2, 0.15], patience: 2))
    // The better epoch starts the count anew; an equal one does not.
    #expect(try !ends([0.1, 0.2, 0.2, 0.21, 0.1], patience: 2))
    #expect(try ends([0.1, 0.1], patience: 1))
    #expect(try !ends([], patience: 1))
    #expect(try !ends([0.1, 0.1, 0.1], patience: nil))
    #expect(try ends([0.1, 0.1, 0.1], patience: nil, epochs: 3))
    #expect(try ends([.nan, .nan], patience: 2) && !ends([.nan], patience: 2))
    #expect(TrainingSettings.bestEpoch(of: try history([0.1, 0.3, 0.3, .nan])) == 1)
  }

  @Test func patienceIsAtLeastOneEpoch() throws {
    var settings = shortSettings()
    settings.patience = 0
    let error = #expect(throws: TrainingError.self) { try Cohort().trainer(settings) }
    expectOneLine(error, naming: ["patience must be at least 1 epoch, not 0"])
  }

  /// A run ends where its records say, with a final checkpoint, and stays ended.
  @Test(.oneThread) func runsEndEarly() throws {
    let cohort = try Cohort()
    var settings = shortSettings(epochs: 40, iterations: 1)
    // Nothing is learnt, so that the first epoch stays the best but for chance.
    settings.initialLearningRate = 1e-60
    settings.patience = 2
    let folder = "\(cohort.folder.path)/folder"
    _ = try cohort.trainer(settings).train(on: cohort.store, split: Cohort.split, into: folder)
    let log = try trainingLog(folder)
    #expect(log.count < 40)
    let dice = try log.map { try #require($0["ema_dice"]?.double) }
    #expect(settings.isFinished(after: try history(dice)))
    #expect(!settings.isFinished(after: try history(dice.dropLast())))
    #expect(
      namesInFolder(folder).contains("checkpoint_final.safetensors")
        && !namesInFolder(folder).contains("checkpoint_latest.safetensors"))
    var observer = TrainingObserver()
    observer.step = { _ in Issue.record("a step after the end") }
    _ = try cohort.trainer(settings).train(
      on: cohort.store, split: Cohort.split, into: folder, start: .resume, observer: observer)
  }
}
