import Datasets
import Inference
import Networks
import Planning
import Preprocessing
import Resampling
import Tensors
import TestSupport
import Testing
import Volumes

/// Segmenting while logits are computed gives what whole logits give, bit for bit.
@Suite(.serialized) struct WindowLogitsTests {
  struct Setup: CustomTestStringConvertible {
    let testDescription: String
    /// Extent of the image along the transposed axes, and of what is kept of it.
    let image: Shape3
    let box: ArrayBox
    /// Spacing of the image along its own axes.
    var spacing = [1.0, 1, 1]
    var patch = [8, 8, 8]
    var planSpacing = [1.0, 1, 1]
    var transpose = [0, 1, 2]
    var networks = 1
    var step = 0.5
    /// Shape of the preprocessed case.
    let shape: Shape3
  }

  static let setups: [Setup] = [
    Setup(
      testDescription: "same grid", image: Shape3(29, 12, 14),
      box: ArrayBox(whole: Shape3(29, 12, 14)),
      shape: Shape3(29, 12, 14)),
    Setup(
      testDescription: "finer image, cropped", image: Shape3(70, 30, 31),
      box: ArrayBox(lower: [3, 1, 2], upper: [65, 27, 30]), spacing: [0.5, 0.5, 0.5], networks: 2,
      shape: Shape3(31, 13, 14)),
    Setup(
      testDescription: "coarser image", image: Shape3(9, 8, 7),
      box: ArrayBox(whole: Shape3(9, 8, 7)),
      spacing: [3, 2, 2], step: 0.3, shape: Shape3(27, 16, 14)),
    Setup(
      testDescription: "separate first axis", image: Shape3(12, 20, 21),
      box: ArrayBox(whole: Shape3(12, 20, 21)), spacing: [4, 1, 1], planSpacing: [2, 1, 1],
      shape: Shape3(24, 20, 21)),
    Setup(
      testDescription: "separate last axis, transposed", image: Shape3(20, 21, 10),
      box: ArrayBox(whole: Shape3(20, 21, 10)), spacing: [4, 1, 1], planSpacing: [1, 1, 2],
      transpose: [1, 2, 0], step: 1, shape: Shape3(20, 21, 20)),
    Setup(
      testDescription: "smaller than the window", image: Shape3(7, 5, 40),
      box: ArrayBox(whole: Shape3(7, 5, 40)), spacing: [1, 1, 0.5], networks: 3,
      shape: Shape3(7, 5, 20)),
    Setup(
      testDescription: "slices", image: Shape3(6, 26, 18), box: ArrayBox(whole: Shape3(6, 26, 18)),
      spacing: [4, 0.5, 0.5], patch: [8, 8], planSpacing: [1, 1], networks: 2,
      shape: Shape3(6, 13, 9)),
  ]

  @Test(arguments: setups, [false, true])
  func masksAndProbabilitiesAreThoseOfWholeLogits(setup: Setup, regions: Bool) throws {
    var plan = TinyPlan()
    (plan.patch, plan.spacing, plan.transpose) = (setup.patch, setup.planSpacing, setup.transpose)
    plan.features = [3, 5]
    let labels =
      regions
      ? try LabelSet(
        structures: [
          .init(name: "background", labels: [0]), .init(name: "whole", labels: [1, 2, 4]),
          .init(name: "core", labels: [2, 4]), .init(name: "seed", labels: [4]),
        ], regionsClassOrder: [1, 2, 4]) : try labelSet([3, 300])
    let networks = try (0..<setup.networks).map { try plan.network(classes: 3, seed: UInt64($0)) }
    func predictor() throws -> Predictor {
      try Predictor(
        networks: networks, on: try Device(precision: .float32),
        preprocessor: try plan.preprocessor(), labels: labels, mirrorAxes: [0, 1], step: setup.step)
    }
    let properties = CaseProperties(
      spacing: setup.spacing, shapeBeforeCropping: setup.image, box: setup.box)
    let entry = PreprocessedCase(
      channels: [noise(setup.shape, seed: 9)], labels: nil, properties: properties)
    balance(networks, by: try predictor().logits(of: entry, id: "x"))
    let predictor = try predictor()
    var extents = [0, 0, 0]
    for axis in 0..<3 { extents[setup.transpose[axis]] = setup.image[axis] }
    let shape = Shape3(extents)
    let geometry = Geometry(
      extent: Extent(x: shape.width, y: shape.height, z: shape.depth))
    func maps() throws -> ProbabilityMaps {
      try ProbabilityMaps(classes: 3, shape: shape, in: "/tmp", inMemory: .max)
    }
    let (streamed, whole) = (try maps(), try maps())

    let found = try predictor.segment(entry, adding: streamed, onto: geometry, id: "x")
    let logits = try predictor.logits(of: entry, id: "x")
    let expected = predictor.labels(
      of: logits, of: properties, adding: whole, onto: geometry)
    #expect(found.labels == expected.labels)
    #expect(Set(found.labels).count > 1)
    #expect(streamed.values.elementsEqual(whole.values))
    #expect(try predictor.segment(entry, onto: geometry, id: "x").labels == found.labels)
    #expect(
      predictor.export.decided(
        logits, on: setup.box.shape,
        spacing: predictor.preprocessor.spacingChange(from: setup.spacing)
      ).elements.contains { $0 != 0 })
  }

  /// Moves the biases of the heads so that classes share the case; random networks often see only one.
  private func balance(_ networks: [UNet], by logits: [VoxelArray<Float>]) {
    let medians = logits.map { $0.elements.sorted()[$0.elements.count / 2] }
    for parameter in networks.flatMap(\.parameters)
    where parameter.name.contains(".seg_layers.") && parameter.name.hasSuffix(".bias") {
      parameter.values = zip(parameter.values, medians).map { $0 - $1 }
    }
  }

  @Test func whatIsNotFiniteIsNoMask() throws {
    let predictor = try Predictor(
      networks: [try TinyPlan().network(classes: 2, seed: 1)],
      on: try Device(precision: .float32), preprocessor: try TinyPlan().preprocessor(),
      labels: try labelSet([1]), mirrorAxes: [])
    var image = noise(Shape3(40, 16, 16), seed: 5)
    image.elements[7] = .nan
    let entry = PreprocessedCase(
      channels: [image], labels: nil,
      properties: CaseProperties(
        spacing: [1, 1, 1], shapeBeforeCropping: image.shape, box: ArrayBox(whole: image.shape)))
    let error = #expect(throws: InferenceError.self) {
      try predictor.segment(
        entry, onto: Geometry(extent: Extent(x: 16, y: 16, z: 40)), id: "odd")
    }
    #expect(error == .notFinite(id: "odd"))
  }

  /// Splines read more than the planes around a result: all logits are kept then.
  @Test func splinesTakeWholeLogits() {
    #expect(ResamplingScheme.logits.readsPlanesOnce)
    #expect(!ResamplingScheme.image.readsPlanesOnce)
    #expect(!ResamplingScheme(order: .linear, orderAlongSeparateAxis: .cubic).readsPlanesOnce)
  }
}
