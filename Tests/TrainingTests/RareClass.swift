import Datasets
import Planning
import Preprocessing
import TestSupport
import Training
import Volumes

/// A case with a large structure and one of a single voxel in its middle.
struct RareClass {
  let numbered: NumberedCases

  init(shape: Shape3) throws {
    numbered = try NumberedCases(values: [1, 2], shape: Shape3(4, 4, 4))
    let labels = (0..<shape.count).map { position -> Int16 in
      let (z, y, x) = (
        position / (shape.height * shape.width), position / shape.width % shape.height,
        position % shape.width
      )
      if (z, y, x) == (shape.depth / 2, shape.height / 2, shape.width / 2) { return 2 }
      return x < 10 ? 1 : 0
    }
    let array = VoxelArray(shape: shape, elements: labels)
    let sampling = ClassLocationSampling(numbered.description.labels)
    for name in numbered.names {
      try numbered.store.write(
        PreprocessedCase(
          channels: [VoxelArray(repeating: 1, shape: shape)], labels: array,
          properties: CaseProperties(
            spacing: [1, 1, 1], shapeBeforeCropping: shape, box: ArrayBox(whole: shape))),
        as: name, locations: sampling.locations(in: array), stamp: "test")
    }
  }
}

extension NumberedCases {
  /// The batches of cases under another dataset's description.
  static func source(
    of cases: NumberedCases, as description: DatasetDescription
  ) throws -> BatchSource {
    let tiny = TinyPlan()
    let trainer = try Trainer(
      try SegmentationPlan(tiny.document, from: "plans.json"), configuration: tiny.configuration,
      description: description)
    return try trainer.source(
      cases.store,
      CrossValidationSplits.Split(training: cases.names, validation: cases.names))
  }
}
