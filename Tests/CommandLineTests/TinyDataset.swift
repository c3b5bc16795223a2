import Foundation
import JSONDocuments
import RandomNumbers
import TestSupport
import VolumeFiles
import Volumes

/// Planning did not give what the test edits.
struct NoPlan: Error {
  let output: String
}

/// Six labelled cases of 20 × 20 × 16 voxels, a bright ball in noise, and two more to segment.
struct TinyDataset {
  let folder: TemporaryFolder
  var path: String { folder.path + "/balls" }

  init() throws {
    folder = try TemporaryFolder()
    for name in ["imagesTr", "labelsTr", "imagesTs", "labelsTs"] {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }
    for number in 0..<8 {
      let ending = number < 6 ? "Tr" : "Ts"
      let (image, labels) = Self.makeCase(number)
      try image.write(to: "\(path)/images\(ending)/ball_\(number)_0000.nii.gz")
      try labels.write(to: "\(path)/labels\(ending)/ball_\(number).nii.gz")
    }
    try #"""
    {"channel_names": {"0": "MR"}, "labels": {"background": 0, "ball": 1}, "numTraining": 6,
     "file_ending": ".nii.gz"}
    """#.write(toFile: "\(path)/dataset.json", atomically: true, encoding: .utf8)
  }

  private static func makeCase(_ number: Int) -> (Volume<Float>, LabelMap) {
    let geometry = Geometry(
      extent: Extent(x: 20, y: 20, z: 16), spacing: Vector3(1, 1, 1.25),
      origin: Vector3(-7.5, 3, 11))
    var generator = SplitMix64(seed: 100 + UInt64(number))
    let centre = SIMD3(
      generator.uniform(7...12), generator.uniform(7...12), generator.uniform(6...10))
    var image = Volume<Float>(repeating: 0, geometry: geometry)
    var labels = LabelMap(labels: Array(repeating: 0, count: 6400), geometry: geometry)
    for z in 0..<16 {
      for y in 0..<20 {
        for x in 0..<20 {
          let offset = SIMD3(Float(x), Float(y), Float(z)) - centre
          let isInside = (offset * offset).sum() < 25
          image[x, y, z] = (isInside ? 300 : 100) + generator.uniform(-30...30).rounded()
          labels[x, y, z] = isInside ? 1 : 0
        }
      }
    }
    return (image, labels)
  }

  /// Checks and plans, then makes the plan's network a tiny one, as a user may by hand.
  ///
  /// - Parameters:
  ///   - workspace: The workspace.
  ///   - cascade: Whether a first stage at half the resolution and a second stage are added.
  /// - Throws: ``NoPlan`` if there is nothing to edit.
  func plan(in workspace: String, cascade: Bool = false) throws {
    let planned = try Program.run("plan", path, "--workspace", workspace, "--quiet")
    guard planned.status == 0,
      var plan = try JSONValue(contentsOf: "\(workspace)/plans.json").object,
      var configurations = plan["configurations"]?.object,
      var full = configurations["3d_fullres"]?.object,
      var architecture = full["architecture"]?.object,
      var arguments = architecture["arch_kwargs"]?.object
    else { throw NoPlan(output: planned.errors) }
    full["patch_size"] = [16, 16, 16]
    full["batch_size"] = 2
    arguments["n_stages"] = 2
    arguments["features_per_stage"] = [4, 8]
    arguments["kernel_sizes"] = [[3, 3, 3], [3, 3, 3]]
    arguments["strides"] = [[1, 1, 1], [2, 2, 2]]
    arguments["n_conv_per_stage"] = [1, 1]
    arguments["n_conv_per_stage_decoder"] = [1]
    architecture["arch_kwargs"] = .object(arguments)
    full["architecture"] = .object(architecture)
    configurations["3d_fullres"] = .object(full)
    if cascade {
      full["data_identifier"] = "nnUNetPlans_3d_lowres"
      full["spacing"] = [2.0, 1.6, 1.6]
      full["next_stage"] = "3d_cascade_fullres"
      configurations["3d_lowres"] = .object(full)
      configurations["3d_cascade_fullres"] = [
        "inherits_from": "3d_fullres", "previous_stage": "3d_lowres",
      ]
    }
    plan["configurations"] = .object(configurations)
    try JSONValue.object(plan).text().write(
      toFile: "\(workspace)/plans.json", atomically: true, encoding: .utf8)
  }
}
