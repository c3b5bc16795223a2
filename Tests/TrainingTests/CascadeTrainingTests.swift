import Augmentation
import Datasets
import Evaluation
import Inference
import JSONDocuments
import Preprocessing
import Safetensors
import Tensors
import TestSupport
import Testing
import Training
import Volumes

/// The second stage of a cascade, trained on masks that the first one stands for.
@Suite(.serialized, .oneThread)
struct CascadeTrainingTests {
  static var plan: TinyPlan {
    var plan = TinyPlan()
    plan.firstStageSpacing = [1.6, 1.6, 1.6]
    return plan
  }

  /// Two dozen voxels of every mask are moved to the other side.
  private func masks(
    _ cohort: Cohort, changing changed: String? = nil
  ) throws -> PreviousStageStore {
    let store = PreviousStageStore("\(cohort.folder.path)/masks")
    for name in Cohort.names {
      let entry = try cohort.store.open(name)
      var labels = entry.labels.map { max(0, $0) }
      for index in stride(from: 0, to: labels.count, by: changed == name ? 100 : 300) {
        labels[index] = 1 - labels[index]
      }
      try store.write(
        VoxelArray(shape: entry.shape, elements: labels), as: name, stamp: "stamp")
    }
    return store
  }

  private func trainer(_ cohort: Cohort, _ settings: TrainingSettings) throws -> Trainer {
    try Trainer(
      cohort.plan, configuration: "3d_cascade_fullres", description: cohort.dataset.description,
      settings: settings)
  }

  private func identical(_ cohort: Cohort) throws -> TrainingSettings {
    var settings = shortSettings()
    settings.maskErrors.morphologyProbability = 0
    settings.maskErrors.removalProbability = 0
    return settings
  }

  @Test func batchesHoldTheMaskAfterTheImage() throws {
    let cohort = try Cohort(Self.plan)
    // Masks that are the labels themselves move as the targets do.
    let store = PreviousStageStore("\(cohort.folder.path)/masks")
    for name in Cohort.names {
      let entry = try cohort.store.open(name)
      try store.write(
        VoxelArray(shape: entry.shape, elements: Array(entry.labels)), as: name, stamp: "s")
    }
    let source = try trainer(cohort, try identical(cohort)).source(
      cohort.store, Cohort.split, store)
    let plain = try cohort.trainer(try identical(cohort)).source(cohort.store, Cohort.split)
    let voxels = 16 * 16 * 16
    for purpose in [BatchSource.Purpose.training, .validation] {
      for iteration in 0..<3 {
        let place = BatchSource.Place(purpose: purpose, epoch: 0, iteration: iteration)
        let (batch, alone) = (source.batch(at: place), plain.batch(at: place))
        #expect(batch.images.count == 2 * 2 * voxels)
        #expect(batch.targets.map(\.labels) == alone.targets.map(\.labels))
        for sample in 0..<2 {
          let image = batch.images[sample * 2 * voxels..<(sample * 2 + 1) * voxels]
          #expect(image.elementsEqual(alone.images[sample * voxels..<(sample + 1) * voxels]))
          let mask = batch.images[(sample * 2 + 1) * voxels..<(sample * 2 + 2) * voxels]
          let labels = batch.targets[0].labels[sample * voxels..<(sample + 1) * voxels]
          #expect(zip(mask, labels).allSatisfy { $0 == Float($1) })
        }
      }
    }
  }

  @Test func masksAreUsedAndRunsGoOnBitForBit() throws {
    let cohort = try Cohort(Self.plan)
    let store = try masks(cohort)
    var settings = shortSettings(epochs: 2, iterations: 12)
    settings.initialLearningRate = 0.05
    settings.momentum = 0.9
    let trainer = try trainer(cohort, settings)
    try makeFolder(cohort.fold)
    _ = try trainer.train(
      on: cohort.store, split: Cohort.split, into: cohort.fold, previousStage: store)
    let expected = try Checkpoint(cohort.fold, .final)

    let stopped = "\(cohort.folder.path)/stopped"
    for stop in [5, 9] {
      var asked = 0
      var observer = TrainingObserver()
      observer.shouldStop = {
        asked += 1
        return asked == stop
      }
      _ = try trainer.train(
        on: cohort.store, split: Cohort.split, into: stopped, start: .resume,
        previousStage: store, observer: observer)
    }
    _ = try trainer.train(
      on: cohort.store, split: Cohort.split, into: stopped, start: .resume, previousStage: store)
    #expect(try Checkpoint(stopped, .final) == expected)

    // A mask with other labels is another training.
    let other = try masks(cohort, changing: "case_2")
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(
        on: cohort.store, split: Cohort.split, into: stopped, start: .resume,
        previousStage: other)
    }
    expectOneLine(error, naming: ["checkpoint_final.safetensors", "previous masks"])

    let summary = try trainer.validate(
      on: cohort.store, of: cohort.dataset, names: Cohort.split.validation,
      model: try ModelFolder(cohort.model), fold: .number(0),
      cascade: CascadeMasks(previous: store))
    #expect(summary.foregroundMean(.dice) > 0.8)
  }

  @Test func missingAndWrongMasksAreNamed() throws {
    let cohort = try Cohort(Self.plan)
    let trainer = try trainer(cohort, shortSettings())
    func error(_ store: PreviousStageStore?) -> TrainingError? {
      #expect(throws: TrainingError.self) {
        try trainer.source(cohort.store, Cohort.split, store)
      }
    }
    expectOneLine(error(nil), naming: ["3d_cascade_fullres", "3d_lowres"])
    let empty = PreviousStageStore("\(cohort.folder.path)/none")
    expectOneLine(error(empty), naming: ["none/case_"])
    let store = try masks(cohort)
    try store.write(
      VoxelArray(repeating: 0, shape: Shape3(3, 3, 3)), as: "case_1", stamp: "s")
    expectOneLine(error(store), naming: ["masks/case_1.safetensors", "(3, 3, 3)"])
    try truncateFile(store.path(of: "case_1"), to: 100)
    expectOneLine(error(store), naming: ["masks/case_1.safetensors"])
  }

  /// The first stage makes the masks while it is scored, and they are those of a prediction.
  @Test func firstStageMakesTheMasks() throws {
    let cohort = try Cohort(Self.plan)
    let first = try Trainer(
      cohort.plan, configuration: "3d_lowres", description: cohort.dataset.description,
      settings: shortSettings(epochs: 1, iterations: 12))
    let low = try Preprocessor(cohort.plan, configuration: "3d_lowres").run(
      on: cohort.dataset, into: "\(cohort.folder.path)/low")
    try makeFolder(cohort.fold)
    _ = try first.train(on: low, split: Cohort.split, into: cohort.fold)
    let masks = try NextStageMasks(
      cohort.plan, for: "3d_cascade_fullres", in: "\(cohort.folder.path)/masks")
    #expect(masks.previousName == "3d_lowres")
    let model = try ModelFolder(cohort.model)
    _ = try first.validate(
      on: low, of: cohort.dataset, names: Cohort.split.validation, model: model,
      fold: .number(0), cascade: CascadeMasks(next: [masks]))
    let made = try masks.store.open("case_4")
    #expect(made.shape == (try cohort.store.open("case_4")).shape)
    #expect(Set(made.labels) == [0, 1])

    let checkpoint = "\(cohort.fold)/checkpoint_final.safetensors"
    let entry = try low.open("case_4")
    #expect(masks.isUpToDate(entry, checkpoint: checkpoint))
    #expect(!masks.isUpToDate(try low.open("case_3"), checkpoint: checkpoint))
    #expect(!masks.isUpToDate(entry, checkpoint: "\(cohort.fold)/checkpoint_best.safetensors"))
    var predicting = Predictor.Settings()
    predicting.precision = .float32
    let again = try NextStageMasks(
      cohort.plan, for: "3d_cascade_fullres", in: "\(cohort.folder.path)/again")
    try again.make(
      entry, with: try Predictor(model, settings: predicting), checkpoint: checkpoint)
    #expect(try again.store.open("case_4").digest == made.digest)
    #expect(try again.store.open("case_4").array.elements == made.array.elements)
  }
}
