import Datasets
import FileOutput
import Foundation
import Inference
import JSONDocuments
import Networks
import Planning
import Preprocessing
import Tensors
import TestSupport
import Testing
import VolumeFiles
import Volumes
import Workspaces

@Suite struct PredictionInputTests {
  private func description(channels: Int) throws -> DatasetDescription {
    DatasetDescription(
      channelNames: (0..<channels).map { "T\($0)" },
      labels: try LabelSet(structures: [
        .init(name: "background", labels: [0]), .init(name: "a", labels: [1]),
      ]), numTraining: 1, fileEnding: ".nii.gz")
  }

  @Test func channelsMayNotMoveIntoAGap() throws {
    let folder = try TemporaryFolder()
    for name in ["a_0000", "a_0001", "b_0000", "b_0002"] {
      try writeAtomically("", to: "\(folder.path)/\(name).nii.gz")
    }
    let path = "\(folder.path)/b_0002.nii.gz"
    #expect(
      throws: WorkspaceError.input(
        path: path,
        problem: "case b has no channel 1 before it; add that image, or leave the case out")
    ) { try PredictionInput([folder.path], for: try description(channels: 2)) }
    let good = try PredictionInput(
      ["\(folder.path)/a_0001.nii.gz", "\(folder.path)/a_0000.nii.gz"],
      for: try description(channels: 2))
    #expect(good.cases.map(\.images) == [[0, 1].map { "\(folder.path)/a_000\($0).nii.gz" }])
  }

  @Test func filesWithoutANumber() throws {
    let folder = try TemporaryFolder()
    let geometry = Geometry(extent: Extent(x: 4, y: 4, z: 4))
    let volume = Volume<Float>(repeating: 1, geometry: geometry)
    for name in ["t1.nii.gz", "flair.nrrd", "x_0000.nii.gz"] {
      try volume.write(to: "\(folder.path)/\(name)")
    }
    let both = folder.path + "/both"
    try makeFolder(both)
    try ImageFile(channels: [volume, volume]).write(to: both + "/BRATS_1.nii.gz")
    try ImageFile(channels: [volume, volume]).write(to: both + "/BRATS_2.nii.gz")
    func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    // One channel: every file is a case.
    let single = try PredictionInput(
      [path("t1.nii.gz"), path("flair.nrrd"), path("x_0000.nii.gz")],
      for: try description(channels: 1))
    #expect(single.cases.map(\.id) == ["flair", "t1", "x"])
    #expect(single.assignments == [])

    // Two channels: the files in order are one case.
    let pair = try PredictionInput(
      [path("t1.nii.gz"), path("flair.nrrd")], for: try description(channels: 2))
    #expect(pair.cases == [Case(id: "t1", images: [path("t1.nii.gz"), path("flair.nrrd")])])
    #expect(
      pair.assignments == ["case t1: T0 is \(path("t1.nii.gz")), T1 is \(path("flair.nrrd"))"])
    #expect(throws: WorkspaceError.self) {
      try PredictionInput([path("t1.nii.gz")], for: try description(channels: 2))
    }
    #expect(throws: WorkspaceError.self) {
      try PredictionInput(
        [path("t1.nii.gz"), path("flair.nrrd")], for: try description(channels: 3))
    }

    // Each file holds all channels, in a folder too.
    let series = try PredictionInput([both], for: try description(channels: 2))
    #expect(series.cases.map(\.id) == ["BRATS_1", "BRATS_2"])
    #expect(series.cases.allSatisfy { $0.images.count == 1 })

    // Numbered files in a folder make the others strangers there.
    let mixed = try PredictionInput([folder.path], for: try description(channels: 1))
    #expect(mixed.cases.map(\.id) == ["x"])
    #expect(mixed.passedOver.count == 3)
    #expect(throws: WorkspaceError.self) {
      try PredictionInput(
        [path("t1.nii.gz"), path("t1.nii.gz")], for: try description(channels: 1))
    }
  }

  @Test func masksNeverReplaceImages() throws {
    let folder = try TemporaryFolder()
    let plan = TinyPlan()
    let segmentation = try SegmentationPlan(plan.document, from: "plans.json")
    let description = try description(channels: 1)
    try segmentation.write(to: "\(folder.path)/plans.json")
    try description.write(to: "\(folder.path)/dataset.json")
    let image = "\(folder.path)/scan.nii.gz"
    try Volume<Float>(repeating: 1, geometry: Geometry(extent: Extent(x: 8, y: 8, z: 8)))
      .write(to: image)
    let preprocessor = try Preprocessor(segmentation, configuration: plan.configuration)
    let network = UNet(
      UNetArchitecture(preprocessor.configuration, inputChannels: 1, classes: 2))
    network.initialise(seed: 1)
    let predictor = try Predictor(
      networks: [network], on: Device(precision: .float32), preprocessor: preprocessor,
      labels: description.labels, mirrorAxes: [])
    let input = try PredictionInput([image], for: description)
    let prediction = FolderPrediction(try ModelFolder(folder.path), with: predictor)
    #expect(throws: WorkspaceError.self) { try prediction.run(input.cases, into: folder.path) }
    #expect(try Volume<Float>(contentsOf: image)[0, 0, 0] == 1)
    // By another way to the same folder, too.
    #expect(throws: WorkspaceError.self) {
      try prediction.run(
        input.cases, into: "\(folder.path)/../\(folder.path.split(separator: "/").last ?? "")")
    }
    let outcomes = try prediction.run(input.cases, into: "\(folder.path)/masks")
    #expect(outcomes.map(\.problem) == [nil])
  }
}

/// Makes a folder in one that exists.
private func makeFolder(_ path: String) throws {
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
}
