import FileOutput
import FoundationEssentials
import Inference
import JSONDocuments
import Networks
import Planning
import Preprocessing
import Safetensors
import Tensors

/// The checkpoints of one fold.
///
/// A checkpoint is a safetensors file: every weight under nnU-Net's name, the optimiser's direction for it under `momentum.` and the name,
/// and in the metadata `training`: configuration, mirrored axes, settings, progress and a digest of every case.
struct CheckpointFolder {
  let path: String

  init(_ path: String) { self.path = path }

  private func file(_ kind: ModelFolder.Checkpoint) -> String { "\(path)/\(kind.fileName)" }

  func exists(_ kind: ModelFolder.Checkpoint) -> Bool {
    FileManager.default.fileExists(atPath: file(kind))
  }

  func remove(_ kind: ModelFolder.Checkpoint) throws(TrainingError) {
    guard exists(kind) else { return }
    do { try FileManager.default.removeItem(atPath: file(kind)) } catch {
      throw .unwritable(path: file(kind), reason: "the old checkpoint cannot be removed")
    }
  }

  func removeAll() throws(TrainingError) {
    for kind in ModelFolder.Checkpoint.allCases { try remove(kind) }
  }

  func writeLog(_ history: [EpochRecord]) throws(TrainingError) {
    let log = "\(path)/training_log.jsonl"
    let text = history.map { $0.document.text(.compact) + "\n" }.joined()
    do throws(FileOutputError) { try writeAtomically(text, to: log) } catch {
      throw .unwritable(path: log, reason: error.description)
    }
  }

  /// Whether the run of any checkpoint here was asked to save the probabilities of its validation cases.
  var savesProbabilities: Bool {
    ModelFolder.Checkpoint.allCases.contains { kind in
      guard exists(kind), let content = try? SafetensorsFile(contentsOf: file(kind)) else {
        return false
      }
      return Self.document(of: content)?[Self.savesProbabilitiesKey]?.bool == true
    }
  }

  private static let savesProbabilitiesKey = "saves_probabilities"

  /// What a checkpoint says beside its weights.
  private static func document(of content: SafetensorsFile) -> JSONValue? {
    content.metadata["training"].flatMap { try? JSONValue(parsing: $0) }
  }

  // MARK: Saving

  func save(_ kind: ModelFolder.Checkpoint, of run: TrainingRun) throws(TrainingError) {
    var entries: [SafetensorsEntry] = []
    for parameter in run.network.parameters {
      entries.append(
        SafetensorsEntry(
          name: parameter.name, shape: parameter.shape, floats: parameter.values))
    }
    for parameter in run.network.parameters {
      // The head of the lowest resolution is never trained and has none.
      guard let direction = run.optimiser[direction: parameter] else { continue }
      entries.append(
        SafetensorsEntry(
          name: "momentum.\(parameter.name)", shape: parameter.shape, floats: direction))
    }
    var document: JSONObject = [
      "configuration": .string(run.trainer.configurationName),
      "mirror_axes": .array(run.trainer.mirrorAxes.map { .integer($0) }),
      "plan": .string(run.trainer.plan.digest(of: run.trainer.configuration)),
      "identity": .string(identity(of: run)), "progress": run.progress.document,
      "cases": .array(run.caseDigests.map { .string($0) }),
    ]
    document["pretrained"] = run.pretrainedDigest.map { .string($0) }
    if run.savesProbabilities { document[Self.savesProbabilitiesKey] = true }
    do throws(SafetensorsError) {
      try SafetensorsWriter.write(
        entries, metadata: ["training": JSONValue.object(document).text(.compact)], to: file(kind))
    } catch {
      throw .unwritable(path: file(kind), reason: error.description)
    }
  }

  /// What must be the same for a run to go on bit for bit.
  private func identity(of run: TrainingRun) -> String {
    let (trainer, settings) = (run.trainer, run.trainer.settings)
    return
      "plan \(trainer.plan.digest(of: trainer.configuration)), patch \(trainer.configuration.patchSize), batch \(trainer.batchSize), "
      + "batch Dice \(trainer.configuration.usesBatchDice), seed \(settings.seed), "
      + "\(settings.epochs) epochs of \(settings.iterationsPerEpoch) and "
      + "\(settings.validationIterations) iterations, "
      + "learning rate \(settings.initialLearningRate), momentum \(settings.momentum), "
      + "weight decay \(settings.weightDecay), gradient norm at most "
      + "\(settings.gradientNormLimit), \(run.device.precision.rawValue), "
      + "\(cases(.training, of: run)) training and \(cases(.validation, of: run)) "
      + "validation cases, augmentation \(contentDigest(of: "\(settings.augmentation)"))"
      + (trainer.numbering.identity.map { ", labels \(contentDigest(of: $0))" } ?? "")
      + (run.source.masksDigest.map {
        ", previous masks \($0) with errors \(contentDigest(of: "\(settings.maskErrors)"))"
      } ?? "")
      + fineTuning(of: run)
  }

  /// What only some runs have.
  private func fineTuning(of run: TrainingRun) -> String {
    let settings = run.trainer.settings
    var text = ""
    if let digest = run.pretrainedDigest { text += ", pretrained weights \(digest)" }
    if settings.freezesEncoder { text += ", a frozen encoder" }
    if let patience = settings.patience { text += ", a patience of \(patience) epochs" }
    return text
  }

  /// How many cases there are, and a digest of their names.
  private func cases(_ purpose: BatchSource.Purpose, of run: TrainingRun) -> String {
    let names = (run.source.cases[purpose] ?? []).map(\.id)
    return "\(names.count) (\(contentDigest(of: names.joined(separator: "\n"))))"
  }

  /// Refuses to go on with other images or labels; names and number of the cases are part of the identity.
  private func checkCases(
    _ trained: [String]?, of run: TrainingRun, path: String
  ) throws(TrainingError) {
    // Checkpoints of earlier releases do not say.
    guard let trained else { return }
    let changed = zip(trained, run.caseDigests).filter { $0 != $1 }
    guard let first = changed.first else { return }
    let name = first.1.drop { $0 != " " }.dropFirst()
    throw .checkpoint(
      path: path,
      problem:
        "images or labels have changed since in \(changed.count) of \(trained.count) cases, the "
        + "first being \(name); put the old ones back, or start afresh without --resume")
  }

  // MARK: Loading

  func load(_ kind: ModelFolder.Checkpoint, into run: TrainingRun) throws(TrainingError) {
    let path = file(kind)
    let content: SafetensorsFile
    do throws(SafetensorsError) { content = try SafetensorsFile(contentsOf: path) } catch {
      throw .checkpoint(path: path, problem: error.description)
    }
    guard let document = Self.document(of: content),
      let identity = document["identity"]?.string, let state = document["progress"],
      let progress = TrainingProgress(state)
    else { throw .checkpoint(path: path, problem: "its metadata are missing or damaged") }
    // The weights a run has started from need not be given again.
    if run.trainer.settings.pretrained == nil {
      run.pretrainedDigest = document["pretrained"]?.string
    }
    let expected = self.identity(of: run)
    guard identity == expected else {
      throw .checkpoint(
        path: path,
        problem: RunIdentity.difference(trained: identity, wanted: expected)
          + "; give the same options, or start afresh without --resume")
    }
    try checkCases(document["cases"]?.strings, of: run, path: path)
    if document[Self.savesProbabilitiesKey]?.bool == true { run.savesProbabilities = true }
    do throws(StateDictionaryError) {
      try run.network.load { name in
        guard let tensor = try? content.tensor(named: name), let values = try? content.floats(name)
        else { return nil }
        return (tensor.shape, values)
      }
    } catch {
      throw .checkpoint(path: path, problem: error.description)
    }
    for parameter in run.network.parameters {
      let name = "momentum.\(parameter.name)"
      guard content.names.contains(name) else { continue }
      guard let direction = try? content.floats(name), direction.count == parameter.count else {
        throw .checkpoint(path: path, problem: "its \(name) does not fit the network")
      }
      run.optimiser[direction: parameter] = direction
    }
    run.progress = progress
  }
}

extension Trainer {
  /// Makes a folder and those above it, and sees that files may be made in it before a step is computed.
  func makeFolder(_ path: String) throws(TrainingError) {
    do throws(FileOutputError) { try createFolder(path) } catch {
      throw .unwritable(path: path, reason: error.description)
    }
    guard isWritableFolder(path) else {
      throw .unwritable(path: path, reason: "no permission to write in this folder")
    }
  }
}
