import Augmentation
import Datasets
import Inference
import JSONDocuments
import Preprocessing
import Safetensors
import Tensors
import TestSupport
import Testing
import Training

@Suite(.serialized, .oneThread)
struct ResumeTests {
  static let precisions: [Precision] =
    InstructionSet.current.hasBFloat16 ? [.float32, .bfloat16] : [.float32]

  /// Two epochs of three steps and two validation batches ask ten times whether to stop.
  @Test(arguments: precisions)
  func stoppedRunsEndWithTheWeightsOfAnUninterruptedOne(precision: Precision) throws {
    let cohort = try Cohort()
    var settings = shortSettings()
    settings.precision = precision
    let trainer = try cohort.trainer(settings)
    var asked = 0
    var observer = TrainingObserver()
    observer.shouldStop = {
      asked += 1
      return false
    }
    let whole = "\(cohort.folder.path)/whole"
    let outcome = try trainer.train(
      on: cohort.store, split: Cohort.split, into: whole, observer: observer)
    guard case .finished = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(asked == 10)
    let expected = try Checkpoint(whole, .final)
    let expectedBest = try Checkpoint(whole, .best)
    let log = try log(of: whole)
    #expect(log.count == 2)

    for stop in 1...10 {
      let folder = "\(cohort.folder.path)/stop_\(stop)"
      try interrupt(trainer, cohort, folder, atQuestion: stop)
      #expect(try Checkpoint(folder, .latest).names == expected.names || stop == 1)
      let outcome = try cohort.trainer(settings).train(
        on: cohort.store, split: Cohort.split, into: folder, start: .resume)
      guard case .finished = outcome else {
        Issue.record("\(outcome)")
        continue
      }
      #expect(try Checkpoint(folder, .final) == expected, "stopped at question \(stop)")
      #expect(try Checkpoint(folder, .best) == expectedBest, "stopped at question \(stop)")
      #expect(try self.log(of: folder) == log, "stopped at question \(stop)")
      let names = namesInFolder(folder)
      #expect(
        names == [
          "checkpoint_best.safetensors", "checkpoint_final.safetensors", "training_log.jsonl",
        ])
    }
  }

  /// A copy of the folder taken while the run goes on is what a killed process leaves.
  @Test func killedRunsEndWithTheSameWeights() throws {
    let cohort = try Cohort()
    var settings = shortSettings()
    settings.saveInterval = 0
    let trainer = try cohort.trainer(settings)
    let whole = "\(cohort.folder.path)/whole"
    var copies: [String] = []
    var failure: (any Error)?
    var observer = TrainingObserver()
    observer.step = { step in
      let copy = "\(cohort.folder.path)/killed_\(step.epoch)_\(step.iteration)"
      do {
        try makeFolder(copy)
        for name in namesInFolder(whole) { try copyFile("\(whole)/\(name)", to: "\(copy)/\(name)") }
      } catch { failure = error }
      copies.append(copy)
    }
    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: whole, observer: observer)
    #expect(failure == nil && copies.count == 6)
    let expected = try Checkpoint(whole, .final)
    for copy in copies {
      _ = try trainer.train(on: cohort.store, split: Cohort.split, into: copy, start: .resume)
      #expect(try Checkpoint(copy, .final) == expected, "\(copy)")
    }
  }

  @Test func bestStateIsTakenUpWhereNoLaterOneIs() throws {
    let cohort = try Cohort()
    let trainer = try cohort.trainer(shortSettings())
    let whole = "\(cohort.folder.path)/whole"
    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: whole)
    let folder = "\(cohort.folder.path)/folder"
    try interrupt(trainer, cohort, folder, atQuestion: 7)
    try removeFile("\(folder)/checkpoint_latest.safetensors")
    var steps = 0
    var observer = TrainingObserver()
    observer.step = { _ in steps += 1 }
    _ = try trainer.train(
      on: cohort.store, split: Cohort.split, into: folder, start: .resume, observer: observer)
    #expect(steps == 3)
    #expect(try Checkpoint(folder, .final) == Checkpoint(whole, .final))
  }

  @Test func finishedRunIsLeftAlone() throws {
    let cohort = try Cohort()
    let trainer = try cohort.trainer(shortSettings(epochs: 1, iterations: 1))
    let folder = "\(cohort.folder.path)/folder"
    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: folder)
    let before = try Checkpoint(folder, .final)
    var observer = TrainingObserver()
    observer.step = { _ in Issue.record("a step after the end") }
    _ = try trainer.train(
      on: cohort.store, split: Cohort.split, into: folder, start: .resume, observer: observer)
    #expect(try Checkpoint(folder, .final) == before)
  }

  @Test func nothingToResumeStartsAfresh() throws {
    let cohort = try Cohort()
    let trainer = try cohort.trainer(shortSettings(epochs: 1, iterations: 1))
    let (a, b) = ("\(cohort.folder.path)/a", "\(cohort.folder.path)/b")
    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: a, start: .resume)
    _ = try trainer.train(on: cohort.store, split: Cohort.split, into: b)
    #expect(try Checkpoint(a, .final) == Checkpoint(b, .final))
  }

  @Test func otherOptionsAreRefused() throws {
    let cohort = try Cohort()
    let folder = "\(cohort.folder.path)/folder"
    try interrupt(try cohort.trainer(shortSettings()), cohort, folder, atQuestion: 2)
    let before = try bytes(ofFile: "\(folder)/checkpoint_latest.safetensors")
    let changes: [(inout TrainingSettings) -> Void] = [
      { $0.seed = 8 }, { $0.epochs = 3 }, { $0.batchSize = 3 }, { $0.iterationsPerEpoch = 4 },
      { $0.initialLearningRate = 0.02 }, { $0.momentum = 0.9 }, { $0.weightDecay = 0 },
      { $0.gradientNormLimit = 1 }, { $0.augmentation.mirroring.axisProbability = 0 },
    ]
    for change in changes {
      var settings = shortSettings()
      change(&settings)
      try expectRefusal(
        cohort, settings, folder, Cohort.split, naming: ["trained with", "--resume"])
    }
    let other = CrossValidationSplits.Split(
      training: Array(Cohort.names[1...]), validation: [Cohort.names[0]])
    try expectRefusal(cohort, shortSettings(), folder, other, naming: ["trained with", "cases"])
    #expect(try bytes(ofFile: "\(folder)/checkpoint_latest.safetensors") == before)
  }

  @Test func damagedStateIsRefusedAndKept() throws {
    let cohort = try Cohort()
    let folder = "\(cohort.folder.path)/folder"
    try interrupt(try cohort.trainer(shortSettings()), cohort, folder, atQuestion: 7)
    let latest = "\(folder)/checkpoint_latest.safetensors"
    let whole = try bytes(ofFile: latest).count
    let best = try Checkpoint(folder, .best)
    for count in [whole - 1, whole / 2, 9, 0] {
      try truncateFile(latest, to: count)
      try expectRefusal(cohort, shortSettings(), folder, Cohort.split, naming: [latest])
      #expect(try bytes(ofFile: latest).count == count)
    }
    #expect(try Checkpoint(folder, .best) == best)
    #expect(try log(of: folder).count == 1)
  }

  @Test func freshStartRemovesCheckpointsOnly() throws {
    let cohort = try Cohort()
    let folder = "\(cohort.folder.path)/folder"
    try interrupt(try cohort.trainer(shortSettings()), cohort, folder, atQuestion: 7)
    try makeFolder("\(folder)/validation")
    for name in ["notes.txt", "validation/case.nii", "checkpoint_mine.safetensors"] {
      try copyFile("\(folder)/training_log.jsonl", to: "\(folder)/\(name)")
    }
    try copyFile(
      "\(folder)/checkpoint_best.safetensors", to: "\(folder)/checkpoint_final.safetensors")
    var others = shortSettings()
    others.seed = 100
    var observer = TrainingObserver()
    observer.shouldStop = { true }
    _ = try cohort.trainer(others).train(
      on: cohort.store, split: Cohort.split, into: folder, observer: observer)
    #expect(
      namesInFolder(folder) == [
        "checkpoint_latest.safetensors", "checkpoint_mine.safetensors", "notes.txt",
        "training_log.jsonl", "validation",
      ])
    #expect(namesInFolder("\(folder)/validation") == ["case.nii"])
  }

  // MARK: Helpers of these tests

  private func interrupt(
    _ trainer: Trainer, _ cohort: Cohort, _ folder: String, atQuestion stop: Int
  ) throws {
    var asked = 0
    var observer = TrainingObserver()
    observer.shouldStop = {
      asked += 1
      return asked == stop
    }
    let outcome = try trainer.train(
      on: cohort.store, split: Cohort.split, into: folder, observer: observer)
    guard case .interrupted(let epoch, let iteration) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(epoch == (stop - 1) / 5 && iteration == min(3, (stop - 1) % 5 + 1))
  }

  private func expectRefusal(
    _ cohort: Cohort, _ settings: TrainingSettings, _ folder: String,
    _ split: CrossValidationSplits.Split, naming parts: [String]
  ) throws {
    let trainer = try cohort.trainer(settings)
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(on: cohort.store, split: split, into: folder, start: .resume)
    }
    guard case .checkpoint(let path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == "\(folder)/checkpoint_latest.safetensors")
    expectOneLine(error, naming: parts)
  }

  /// The log without the seconds, which no two runs share.
  private func log(of folder: String) throws -> [JSONValue] {
    try trainingLog(folder).map { line in
      var object = try #require(line.object)
      object["seconds"] = 0
      return .object(object)
    }
  }
}
