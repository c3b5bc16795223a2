import Datasets
import FileOutput
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
