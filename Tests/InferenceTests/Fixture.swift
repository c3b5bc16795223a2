import Datasets
import FileOutput
import Inference
import JSONDocuments
import Networks
import Planning
import Preprocessing
import RandomNumbers
import Safetensors
import Tensors
import TestSupport
import Volumes

/// Files made by `make_fixtures.py`.
enum Fixture {
  static let folder =
    #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Fixtures"

  static func tensors(_ name: String) throws -> SafetensorsFile {
    try SafetensorsFile(contentsOf: "\(folder)/\(name).safetensors")
  }

  static func document(_ name: String) throws -> JSONValue {
    try JSONValue(contentsOf: "\(folder)/\(name).json")
  }
}

extension SafetensorsFile {
  /// A tensor of four axes as one array per entry of the first.
  func channels(_ name: String) throws -> [VoxelArray<Float>] {
    let shape = try tensor(named: name).shape
    let (values, extent) = (try floats(name), Shape3(Array(shape[1...])))
    return (0..<shape[0]).map {
      VoxelArray(
        shape: extent, elements: Array(values[$0 * extent.count..<($0 + 1) * extent.count]))
    }
  }
}

extension TinyPlan {
  func plan() throws -> SegmentationPlan { try SegmentationPlan(document, from: "plans.json") }

  func preprocessor() throws -> Preprocessor {
    try Preprocessor(try plan(), configuration: configuration)
  }

  /// Its network with random weights, normalisations included.
  func network(classes: Int, seed: UInt64) throws -> UNet {
    let network = UNet(
      UNetArchitecture(
        try plan().configuration(configuration), inputChannels: channels, classes: classes))
    for (index, parameter) in network.parameters.enumerated() {
      var generator = SplitMix64(seed: seed, stream: index)
      parameter.update { generator.fillNormal($0, standardDeviation: 0.4) }
    }
    return network
  }
}

/// A random image.
func noise(_ shape: Shape3, seed: UInt64) -> VoxelArray<Float> {
  var generator = SplitMix64(seed: seed)
  var values = [Float](repeating: 0, count: shape.count)
  values.withUnsafeMutableBufferPointer { generator.fillNormal($0, standardDeviation: 1) }
  return VoxelArray(shape: shape, elements: values)
}

/// Background and structures with the given labels.
func labelSet(_ labels: [Int]) throws -> LabelSet {
  try LabelSet(
    structures: [LabelSet.Structure(name: "background", labels: [0])]
      + labels.map { LabelSet.Structure(name: "structure\($0)", labels: [$0]) })
}

/// A model's folder on disk.
struct TinyModel {
  let folder: TemporaryFolder
  var path: String { folder.path }

  /// Writes plans and dataset description; labels 0, 1, 2.
  init(_ plan: TinyPlan) throws {
    folder = try TemporaryFolder()
    var names = JSONObject()
    for channel in 0..<plan.channels { names[String(channel)] = .string("channel\(channel)") }
    let description: JSONValue = [
      "channel_names": .object(names), "labels": ["background": 0, "a": 1, "b": 2],
      "numTraining": 1, "file_ending": ".nii.gz",
    ]
    try writeAtomically(plan.document.text(), to: "\(path)/plans.json")
    try writeAtomically(description.text(), to: "\(path)/dataset.json")
  }

  func checkpoint(_ fold: Int) -> String { "\(path)/fold_\(fold)/checkpoint_final.safetensors" }

  /// Writes the final checkpoint of a fold.
  func write(
    _ entries: [SafetensorsEntry], fold: Int, training: String?
  ) throws {
    try makeFolder("\(path)/fold_\(fold)")
    try SafetensorsWriter.write(
      entries, metadata: training.map { ["training": $0] } ?? [:], to: checkpoint(fold))
  }

  /// Writes a network as the final checkpoint of a fold.
  func write(_ network: UNet, fold: Int, training: String) throws {
    try write(
      network.parameters.map {
        SafetensorsEntry(name: $0.name, shape: $0.shape, floats: $0.values)
      }, fold: fold, training: training)
  }

  static func training(_ configuration: String, mirrorAxes: [Int]) -> String {
    let document: JSONValue = [
      "configuration": .string(configuration),
      "mirror_axes": .array(mirrorAxes.map { .integer($0) }),
    ]
    return document.text(.compact)
  }
}
