import Datasets
import Inference
import JSONDocuments
import Planning
import Preprocessing
import RandomNumbers
import Resampling
import Safetensors
import Tensors
import TestSupport
import Testing
import Volumes

/// What one stage of a cascade hands to the next.
struct CascadeTests {
  @Test(arguments: ["isotropic", "anisotropic", "regions"])
  func masksAndChannelsEqualTheReference(name: String) throws {
    let entry = try #require(
      try Fixture.document("cascade").array?.first { $0["name"]?.string == name })
    let file = try Fixture.tensors("cascade")
    let spacing = try #require(entry["spacing"]?.doubles)
    var fields: JSONObject = ["channel_names": ["0": "x"]]
    fields["labels"] = entry["labels"]
    if let order = entry["order"], order != .null { fields["regions_class_order"] = order }
    let labels = try DatasetDescription(.object(fields), from: "dataset.json").labels
    var plan = TinyPlan()
    plan.spacing = spacing
    plan.patch = [8, 8, 8]
    let predictor = try Predictor(
      networks: [], on: try Device(precision: .float32), preprocessor: try plan.preprocessor(),
      labels: labels, mirrorAxes: [])
    let shape = Shape3(try file.tensor(named: "\(name).mask").shape)
    let mask = predictor.export.decided(
      try file.channels("\(name).logits"), on: shape,
      spacing: SpacingChange(current: spacing, new: spacing))
    let bytes = try file.bytes("\(name).mask")
    let expected = stride(from: 0, to: bytes.count, by: 2).map {
      UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
    }
    #expect(mask.shape == shape)
    #expect(mask.elements == expected)
    #expect(Set(expected).count == labels.labels.count)

    // The same channels in windows of the whole size.
    plan.firstStageSpacing = spacing
    plan.patch = [16, 16, 16]
    let second = try Preprocessor(try plan.plan(), configuration: "3d_cascade_fullres")
    let maskLabels = second.configuration.previousStageLabels(of: labels)
    #expect(maskLabels.map { Int($0) } == entry["foreground"]?.ints)
    #expect(second.configuration.inputChannels(for: labels) == 1 + maskLabels.count)
    let image = VoxelArray<Float>(repeating: 5, shape: shape)
    let input = WindowInput(
      [image], mask: VoxelArray(shape: shape, elements: expected.map { Int16($0) }),
      labels: maskLabels)
    let channels = input.wholeChannels(window: shape)
    #expect(Array(channels[..<shape.count]) == image.elements)
    #expect(
      Array(channels[shape.count...]) == (try file.bytes("\(name).channels")).map { Float($0) })
  }

  /// A second stage's network sees the mask where the image is cut, mirrored and padded.
  @Test func channelsOfTheMaskLieOnTheImage() throws {
    var plan = TinyPlan()
    plan.patch = [8, 8, 8]
    plan.firstStageSpacing = [2, 2, 2]
    let preprocessor = try Preprocessor(try plan.plan(), configuration: "3d_cascade_fullres")
    let labels = try LabelSet(structures: [
      .init(name: "background", labels: [0]), .init(name: "a", labels: [1]),
      .init(name: "b", labels: [4]),
    ])
    var wide = plan
    wide.channels = 3
    let network = try wide.network(classes: 3, seed: 3)
    let predictor = try Predictor(
      networks: [network], on: try Device(precision: .float32), preprocessor: preprocessor,
      labels: labels, mirrorAxes: [0, 1, 2])
    let shape = Shape3(13, 7, 18)
    var generator = SplitMix64(seed: 8)
    let image = VoxelArray(
      shape: shape, elements: (0..<shape.count).map { _ in generator.uniform(-1...1) })
    let mask = VoxelArray(
      shape: shape,
      elements: (0..<shape.count).map { _ in [0, 1, 4, -1][Int(generator.next() % 4)] as Int16 })
    let channels = [1, 4].map { label in
      VoxelArray(shape: shape, elements: mask.elements.map { Float($0 == label ? 1 : 0) })
    }
    let found = try #require(
      predictor.slidingWindow.logits(WindowInput([image], mask: mask, labels: [1, 4])))
    let expected = try #require(predictor.slidingWindow.logits(WindowInput([image] + channels)))
    #expect(found.map(\.elements) == expected.map(\.elements))

    let properties = CaseProperties(
      spacing: [1, 1, 1], shapeBeforeCropping: shape, box: .init(whole: shape))
    let geometry = Geometry(extent: Extent(x: 18, y: 7, z: 13))
    let error = #expect(throws: InferenceError.self) {
      try predictor.segment(
        PreprocessedCase(channels: [image], labels: nil, properties: properties), onto: geometry,
        id: "lonely")
    }
    #expect(error?.description.contains("lonely") == true)
    #expect(error?.description.contains("3d_lowres") == true)
    let entry = PreprocessedCase(channels: [image], labels: mask, properties: properties)
    let segmented = try predictor.segment(entry, onto: geometry, id: "x")
    #expect(Set(segmented.labels).isSubset(of: [0, 1, 4]))
  }
}
