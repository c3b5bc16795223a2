import Datasets
import Foundation
import Inference
import Planning
import Preprocessing
import Resampling
import Safetensors
import Tensors
import TestSupport
import Testing
import Volumes

/// Probabilities on the image's grid, by softmax or sigmoid.
struct ProbabilityMapsTests {
  private typealias Entry = LabelExportTests.Entry

  private func labels(_ entry: Entry) throws -> LabelSet {
    guard entry.usesRegions else { return try labelSet([1, 2]) }
    return try LabelSet(
      structures: [
        .init(name: "background", labels: [0]), .init(name: "whole", labels: [1, 2, 3]),
        .init(name: "core", labels: [2, 3]), .init(name: "enhancing", labels: [3]),
      ], regionsClassOrder: [1, 2, 3])
  }

  private func predictor(_ entry: Entry) throws -> Predictor {
    try Predictor(
      networks: [], on: try Device(precision: .float32),
      preprocessor: try entry.plan.preprocessor(), labels: try labels(entry), mirrorAxes: [])
  }

  /// The same in double precision, by whole arrays and by indices.
  private func slow(_ entry: Entry, _ predictor: Predictor) throws -> [[Double]] {
    let properties = entry.properties
    let change = predictor.preprocessor.spacingChange(from: properties.spacing)
    let scheme = try ResamplingScheme(predictor.preprocessor.configuration.probabilityResampling)
    let resampled = entry.logits.map {
      scheme.resample(
        $0, to: properties.shapeAfterCropping,
        spacing: SpacingChange(current: change.new, new: change.current)
      ).elements.map(Double.init)
    }
    let (shape, box) = (properties.shapeBeforeCropping, properties.box)
    let forward = predictor.preprocessor.plan.transposeForward
    var image = [0, 0, 0]
    for axis in 0..<3 { image[forward[axis]] = shape[axis] }
    var result = [[Double]](
      repeating: [Double](repeating: 0, count: shape.count), count: entry.logits.count)
    for i in 0..<shape.depth {
      for j in 0..<shape.height {
        for l in 0..<shape.width {
          var position = [0, 0, 0]
          for (axis, index) in [i, j, l].enumerated() { position[forward[axis]] = index }
          let voxel = (position[0] * image[1] + position[1]) * image[2] + position[2]
          let inner = [i - box.lower[0], j - box.lower[1], l - box.lower[2]]
          guard (0..<3).allSatisfy({ (0..<box.shape[$0]).contains(inner[$0]) }) else {
            if !entry.usesRegions { result[0][voxel] = 1 }
            continue
          }
          let place = (inner[0] * box.shape[1] + inner[1]) * box.shape[2] + inner[2]
          let logits = resampled.map { $0[place] }
          let sum = logits.map(exp).reduce(0, +)
          for (index, logit) in logits.enumerated() {
            result[index][voxel] =
              entry.usesRegions ? 1 / (1 + exp(-logit)) : exp(logit) / sum
          }
        }
      }
    }
    return result
  }

  @Test(arguments: LabelExportTests.names, [Int.max, 0])
  func equalASlowSoftmaxAndGiveTheReferencesLabels(name: String, inMemory: Int) throws {
    let entry = try Entry(name)
    let predictor = try predictor(entry)
    let folder = try TemporaryFolder()
    let maps = try ProbabilityMaps(
      classes: entry.logits.count, shape: Shape3(entry.labelShape), in: folder.path,
      inMemory: inMemory)
    _ = predictor.export.labels(
      of: entry.logits, properties: entry.properties,
      spacing: predictor.preprocessor.spacingChange(from: entry.properties.spacing), adding: maps)
    let expected = try slow(entry, predictor)
    for (index, values) in expected.enumerated() {
      let worst = zip(maps.map(index), values).map { abs(Double($0) - $1) }.max() ?? 1
      #expect(worst < 1e-6)
    }
    let found = maps.labels(try labels(entry).heads)
    #expect(zip(found.elements, entry.labels).allSatisfy { Int64($0) == $1 })
    #expect(folder.names.isEmpty)
  }

  @Test(arguments: ["cropped", "cyclic", "anisotropic", "slices", "regions"])
  func equalTheReferencesProbabilities(name: String) throws {
    let entry = try Entry(name)
    let predictor = try predictor(entry)
    let maps = try ProbabilityMaps(
      classes: entry.logits.count, shape: Shape3(entry.labelShape), in: "/tmp", inMemory: .max)
    _ = predictor.export.labels(
      of: entry.logits, properties: entry.properties,
      spacing: predictor.preprocessor.spacingChange(from: entry.properties.spacing), adding: maps)
    let file = try Fixture.tensors("probabilities")
    #expect(try file.tensor(named: name).shape == [maps.classes] + entry.labelShape)
    let expected = try file.floats(name)
    let worst = zip(maps.values, expected).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 1e-6)
  }

  @Test func sumsAreAveraged() throws {
    let entry = try Entry("cropped")
    let predictor = try predictor(entry)
    let spacing = predictor.preprocessor.spacingChange(from: entry.properties.spacing)
    func maps(_ logits: [[VoxelArray<Float>]]) throws -> ProbabilityMaps {
      let maps = try ProbabilityMaps(
        classes: 3, shape: Shape3(entry.labelShape), in: "/tmp", inMemory: .max)
      for logits in logits {
        _ = predictor.export.labels(
          of: logits, properties: entry.properties, spacing: spacing, adding: maps)
      }
      maps.divide(by: logits.count)
      return maps
    }
    let turned = [entry.logits[1], entry.logits[2], entry.logits[0]]
    let (first, second) = (try maps([entry.logits]), try maps([turned]))
    let both = try maps([entry.logits, turned])
    for index in both.values.indices {
      #expect(both.values[index] == (first.values[index] + second.values[index]) / 2)
    }
  }

  @Test func decisions() throws {
    let maps = try ProbabilityMaps(classes: 3, shape: Shape3(1, 1, 4), in: "/tmp", inMemory: .max)
    for (index, value) in [
      Float(0.4), 0.2, 0.3, 0.5, 0.4, 0.4, 0.3, 0.6, 0.2, 0.4, 0.4, 0.500_001,
    ].enumerated() { maps.values[index] = value }
    #expect(maps.labels(.labels([0, 5, 9])).elements == [0, 5, 9, 5])
    let regions = (0..<3).map { LabelSet.Structure(name: "r\($0)", labels: [$0]) }
    // One half is not above one half.
    #expect(maps.labels(.regions(regions, paintedAs: [7, 8, 6])).elements == [0, 0, 0, 6])
  }

  @Test func aDiskWithoutRoomIsTold() throws {
    let folder = try TemporaryFolder()
    #expect(throws: InferenceError.self) {
      try ProbabilityMaps(
        classes: 4, shape: Shape3(1 << 16, 1 << 15, 1 << 15), in: folder.path, inMemory: 0)
    }
    #expect(throws: InferenceError.self) {
      try ProbabilityMaps(
        classes: 1, shape: Shape3(1, 1, 1), in: folder.path + "/none", inMemory: 0)
    }
    #expect(folder.names.isEmpty)
  }
}
