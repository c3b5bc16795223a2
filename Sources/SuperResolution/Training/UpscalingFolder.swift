internal import FileOutput
internal import FoundationEssentials
internal import JSONDocuments
internal import Networks
internal import Safetensors
internal import Tensors

/// The files of a model that raises the resolution.
///
/// `checkpoint_latest.safetensors` holds everything that a run goes on with; `model_reconstruction.safetensors` and
/// `model_adversarial.safetensors` the averaged weights after each stage, with the settings and what the model was trained on.
struct UpscalingFolder {
  let path: String

  private var checkpoint: String { "\(path)/checkpoint_latest.safetensors" }

  /// The file of a stage's model.
  static func model(_ stage: UpscalingRecord.Stage, in path: String) -> String {
    "\(path)/model_\(stage.rawValue).safetensors"
  }

  // MARK: Models

  func saveModel(
    of run: UpscalingTraining, _ stage: UpscalingRecord.Stage, statistics: UpscalingStatistics
  ) throws(UpscalingError) {
    let entries = zip(run.generator.parameters, run.averages).map {
      SafetensorsEntry(name: $0.name, shape: $0.shape, floats: $1)
    }
    let document: JSONValue = [
      "settings": run.settings.document, "statistics": statistics.document,
      "stage": .string(stage.rawValue), "iterations": .integer(run.iteration),
    ]
    try write(entries, "upscaling", document, to: Self.model(stage, in: path))
    if stage == .reconstruction {
      // An earlier run's, which would be taken for this one's.
      try? FileManager.default.removeItem(atPath: Self.model(.adversarial, in: path))
    }
  }

  // MARK: Checkpoints

  func save(_ run: UpscalingTraining, identity: String) throws(UpscalingError) {
    var entries: [SafetensorsEntry] = []
    for (parameter, average) in zip(run.generator.parameters, run.averages) {
      entries.append(
        SafetensorsEntry(
          name: "average.\(parameter.name)", shape: parameter.shape, floats: average))
    }
    for (prefix, parameters, optimiser) in run.trained {
      for parameter in parameters {
        entries.append(
          SafetensorsEntry(
            name: prefix + parameter.name, shape: parameter.shape, floats: parameter.values))
        guard let moments = optimiser[moments: parameter] else { continue }
        for (name, values) in [("first", moments.first), ("second", moments.second)] {
          entries.append(
            SafetensorsEntry(
              name: "\(name).\(prefix)\(parameter.name)", shape: parameter.shape, floats: values))
        }
        entries.append(
          SafetensorsEntry(
            name: "steps.\(prefix)\(parameter.name)", shape: [1],
            int64s: [Int64(moments.steps)]))
      }
    }
    for (index, norm) in run.discriminator.norms.enumerated() {
      entries.append(
        SafetensorsEntry(name: "left.\(index)", shape: [norm.left.count], floats: norm.left))
      entries.append(
        SafetensorsEntry(name: "right.\(index)", shape: [norm.right.count], floats: norm.right))
    }
    try write(
      entries, "training",
      [
        "identity": .string(identity), "iteration": .integer(run.iteration),
        "sums": run.sums.document, "history": .array(run.history.map(\.document)),
      ], to: checkpoint)
    try writeLog(run.history)
  }

  func writeLog(_ history: [UpscalingRecord]) throws(UpscalingError) {
    let log = "\(path)/training_log.jsonl"
    let text = history.map { $0.document.text(.compact) + "\n" }.joined()
    do throws(FileOutputError) { try writeAtomically(text, to: log) } catch {
      throw .unwritable(path: log, reason: error.description)
    }
  }

  /// Whether a run can be gone on with.
  var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpoint) }

  /// Takes up the state of a run.
  ///
  /// - Parameters:
  ///   - run: A run at its start.
  ///   - identity: What must be the same.
  /// - Throws: ``UpscalingError/model(path:problem:)``.
  func load(into run: UpscalingTraining, identity: String) throws(UpscalingError) {
    let path = checkpoint
    let content: SafetensorsFile
    do throws(SafetensorsError) { content = try SafetensorsFile(contentsOf: path) } catch {
      throw .model(path: path, problem: error.description)
    }
    guard let document = content.metadata["training"].flatMap({ try? JSONValue(parsing: $0) }),
      let found = document["identity"]?.string, let iteration = document["iteration"]?.int,
      let sums = document["sums"].flatMap({ UpscalingSums($0) }),
      let lines = document["history"]?.array
    else { throw .model(path: path, problem: "its metadata are missing or damaged") }
    guard found == identity else {
      throw .model(
        path: path,
        problem: "was made with other images, settings, seed or precision; give the same, or start "
          + "afresh without --resume")
    }
    func values(_ name: String, _ count: Int) throws(UpscalingError) -> [Float] {
      guard let values = try? content.floats(name), values.count == count else {
        throw .model(path: path, problem: "its \(name) is missing or does not fit the network")
      }
      return values
    }
    for (index, parameter) in run.generator.parameters.enumerated() {
      run.averages[index] = try values("average.\(parameter.name)", parameter.count)
    }
    var moments: [[Adam.Moments?]] = []
    for (prefix, parameters, _) in run.trained {
      var found: [Adam.Moments?] = []
      for parameter in parameters {
        let name = prefix + parameter.name
        parameter.values = try values(name, parameter.count)
        guard content.names.contains("steps.\(name)") else {
          found.append(nil)
          continue
        }
        guard let steps = try? content.int64s("steps.\(name)").first else {
          throw .model(path: path, problem: "its steps.\(name) is damaged")
        }
        found.append(
          Adam.Moments(
            first: try values("first.\(name)", parameter.count),
            second: try values("second.\(name)", parameter.count), steps: Int(steps)))
      }
      moments.append(found)
    }
    for (parameter, state) in zip(run.generator.parameters, moments[0]) {
      run.optimiser[moments: parameter] = state
    }
    for (parameter, state) in zip(run.discriminator.parameters, moments[1]) {
      run.judgeOptimiser[moments: parameter] = state
    }
    for (index, norm) in run.discriminator.norms.enumerated() {
      norm.restore(
        left: try values("left.\(index)", norm.left.count),
        right: try values("right.\(index)", norm.right.count))
    }
    var history: [UpscalingRecord] = []
    for line in lines {
      guard let record = UpscalingRecord(line) else {
        throw .model(path: path, problem: "its history is damaged")
      }
      history.append(record)
    }
    (run.iteration, run.sums, run.history) = (iteration, sums, history)
  }

  private func write(
    _ entries: [SafetensorsEntry], _ key: String, _ document: JSONValue, to file: String
  ) throws(UpscalingError) {
    do throws(SafetensorsError) {
      try SafetensorsWriter.write(entries, metadata: [key: document.text(.compact)], to: file)
    } catch {
      throw .unwritable(path: file, reason: error.description)
    }
  }
}

extension UpscalingTraining {
  /// What training changes, with the prefix of its names in a checkpoint.
  var trained: [(prefix: String, parameters: [Parameter], optimiser: Adam)] {
    [
      ("generator.", generator.parameters, optimiser),
      ("discriminator.", discriminator.parameters, judgeOptimiser),
    ]
  }
}
