import Datasets
import FileOutput
import Glibc
import Inference
import JSONDocuments
import Planning
import Preprocessing
import RandomNumbers
import Tensors
import TestSupport
import Training
import VolumeFiles
import Volumes

/// A dataset of bright balls in noise with a model's folder, on disk.
struct Cohort {
  let folder: TemporaryFolder
  let dataset: Dataset
  let plan: SegmentationPlan
  let configuration: String
  let store: CaseStore

  var model: String { "\(folder.path)/model" }
  var fold: String { "\(model)/fold_0" }

  static let names = ["case_0", "case_1", "case_2", "case_3", "case_4"]
  static let split = CrossValidationSplits.Split(
    training: Array(names[..<4]), validation: Array(names[4...]))

  /// - Parameters:
  ///   - tiny: The plan.
  ///   - fields: Fields of `dataset.json` that differ from those of one label, `ball`.
  ///   - relabelled: Changes the labels of every case.
  /// - Throws: Whatever keeps the files from being written.
  init(
    _ tiny: TinyPlan = TinyPlan(), description fields: JSONObject = [:],
    relabelled: (inout LabelMap) -> Void = { _ in }
  ) throws {
    folder = try TemporaryFolder()
    for name in ["imagesTr", "labelsTr", "model", "store"] {
      try makeFolder("\(folder.path)/\(name)")
    }
    var object: JSONObject = [
      "channel_names": ["0": "noise"], "labels": ["background": 0, "ball": 1],
      "numTraining": .integer(Self.names.count), "file_ending": ".nii",
    ]
    for (name, value) in fields.members { object[name] = value }
    let description = JSONValue.object(object)
    for (index, name) in Self.names.enumerated() {
      let (image, original) = Self.ball(seed: UInt64(index))
      var labels = original
      relabelled(&labels)
      try image.write(to: "\(folder.path)/imagesTr/\(name)_0000.nii")
      try labels.write(to: "\(folder.path)/labelsTr/\(name).nii")
    }
    for path in [folder.path, "\(folder.path)/model"] {
      try writeAtomically(description.text(), to: "\(path)/dataset.json")
    }
    try writeAtomically(tiny.document.text(), to: "\(folder.path)/model/plans.json")
    dataset = try Dataset(contentsOf: folder.path)
    plan = try SegmentationPlan(contentsOf: "\(folder.path)/model/plans.json")
    configuration = tiny.configuration
    store = try Preprocessor(plan, configuration: tiny.configuration).run(
      on: dataset, into: "\(folder.path)/store")
  }

  func trainer(_ settings: TrainingSettings) throws -> Trainer {
    try Trainer(
      plan, configuration: configuration, description: dataset.description, settings: settings)
  }

  /// A ball of radius 5 to 7 somewhere in 22 x 20 x 18 voxels, twice as bright as the noise around.
  private static func ball(seed: UInt64) -> (Volume<Float>, LabelMap) {
    let geometry = Geometry(extent: Extent(x: 22, y: 20, z: 18))
    var generator = SplitMix64(seed: seed, stream: 9)
    var voxels = [Float](repeating: 0, count: geometry.extent.count)
    voxels.withUnsafeMutableBufferPointer { generator.fillNormal($0, standardDeviation: 1) }
    let centre = [generator.uniform(8...14), generator.uniform(8...12), generator.uniform(7...11)]
    let radius = generator.uniform(5...7)
    var labels = LabelMap(
      labels: Array(repeating: 0, count: voxels.count), geometry: geometry)
    for z in 0..<18 {
      for y in 0..<20 {
        for x in 0..<22 {
          let offset = zip([Float(x), Float(y), Float(z)], centre).map(-)
          guard offset.reduce(0, { $0 + $1 * $1 }) <= radius * radius else { continue }
          labels[x, y, z] = 1
          voxels[geometry.extent.index(x, y, z)] += 4
        }
      }
    }
    return (Volume(voxels: voxels, geometry: geometry), labels)
  }
}

/// Cases whose image says where each voxel comes from: its position in memory plus 1; 0 lies outside.
struct NumberedCases {
  let folder: TemporaryFolder
  let description: DatasetDescription
  let store: CaseStore
  let names: [String]
  let labels: [[Int16]]

  /// - Parameters:
  ///   - values: The values of the structures besides background.
  ///   - ignore: The value of voxels that nobody annotated, or nil.
  ///   - shape: The shape of both cases.
  /// - Throws: Whatever keeps the files from being written.
  init(values: [Int], ignore: Int? = nil, shape: Shape3 = Shape3(20, 13, 24)) throws {
    folder = try TemporaryFolder()
    store = CaseStore(folder.path)
    var structures = [LabelSet.Structure(name: "background", labels: [0])]
    structures += values.map { LabelSet.Structure(name: "structure\($0)", labels: [$0]) }
    if let ignore { structures.append(LabelSet.Structure(name: "ignore", labels: [ignore])) }
    description = DatasetDescription(
      channelNames: ["position"], labels: try LabelSet(structures: structures), numTraining: 2,
      fileEnding: ".nii")
    let sampling = ClassLocationSampling(description.labels)
    var (names, all) = ([String](), [[Int16]]())
    for number in 0..<2 {
      var generator = SplitMix64(seed: 5, stream: number)
      let candidates = [0] + values + (ignore.map { [$0] } ?? [])
      let labels = (0..<shape.count).map { position -> Int16 in
        // Mostly background, and none known at one end.
        if position % shape.width == 0 { return -1 }
        let draw = Int(generator.next() >> 40) % 40
        return draw < candidates.count ? Int16(candidates[draw]) : 0
      }
      let array = VoxelArray(shape: shape, elements: labels)
      let entry = PreprocessedCase(
        channels: [
          VoxelArray(shape: shape, elements: (0..<shape.count).map { Float($0 + 1) })
        ], labels: array,
        properties: CaseProperties(
          spacing: [1, 1, 1], shapeBeforeCropping: shape, box: ArrayBox(whole: shape)))
      try store.write(
        entry, as: "n\(number)", locations: sampling.locations(in: array), stamp: "test")
      names.append("n\(number)")
      all.append(labels)
    }
    self.names = names
    labels = all
  }

  func source(
    _ tiny: TinyPlan = TinyPlan(), _ settings: TrainingSettings = TrainingSettings()
  ) throws -> BatchSource {
    let trainer = try Trainer(
      try SegmentationPlan(tiny.document, from: "plans.json"), configuration: tiny.configuration,
      description: description, settings: settings)
    // One case each, so that a patch tells which labels it was cut from.
    return try trainer.source(
      store, CrossValidationSplits.Split(training: [names[0]], validation: [names[1]]))
  }
}

/// Makes a folder inside one that exists.
func makeFolder(_ path: String) throws {
  struct Failure: Error { let path: String }
  guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw Failure(path: path) }
}

/// Copies a file.
func copyFile(_ path: String, to target: String) throws {
  let content = try bytes(ofFile: path)
  struct Failure: Error { let path: String }
  guard let file = fopen(target, "wb") else { throw Failure(path: target) }
  defer { fclose(file) }
  guard fwrite(content, 1, content.count, file) == content.count else {
    throw Failure(path: target)
  }
}

/// Cuts a file off.
func truncateFile(_ path: String, to byteCount: Int) throws {
  struct Failure: Error { let path: String }
  guard truncate(path, byteCount) == 0 else { throw Failure(path: path) }
}

/// Settings of a run of seconds.
func shortSettings(epochs: Int = 2, iterations: Int = 3) -> TrainingSettings {
  var settings = TrainingSettings()
  settings.epochs = epochs
  settings.iterationsPerEpoch = iterations
  settings.validationIterations = 2
  settings.precision = .float32
  settings.seed = 7
  return settings
}
