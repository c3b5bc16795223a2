import Datasets
import Inference
import JSONDocuments
import Planning
import Preprocessing
import Safetensors
import Tensors
import TestSupport
import Testing
import Volumes

struct LabelExportTests {
  static let names = [
    "identity", "resampled", "cropped", "transposed", "cyclic", "anisotropic", "slices", "regions",
  ]

  /// One entry of `export.json`.
  struct Entry {
    let logits: [VoxelArray<Float>]
    let labels: [Int64]
    let labelShape: [Int]
    let plan: TinyPlan
    let properties: CaseProperties
    let usesRegions: Bool

    init(_ name: String) throws {
      let entry = try #require(
        try Fixture.document("export").array?.first { $0["name"]?.string == name })
      let file = try Fixture.tensors("export")
      logits = try file.channels("\(name).logits")
      let bytes = try file.bytes("\(name).labels")
      labels = stride(from: 0, to: bytes.count, by: 2).map {
        Int64(bytes[$0]) + Int64(bytes[$0 + 1]) << 8
      }
      labelShape = try file.tensor(named: "\(name).labels").shape
      var plan = TinyPlan()
      plan.spacing = try #require(entry["spacing"]?.doubles)
      plan.patch = plan.spacing.map { _ in 8 }
      plan.transpose = try #require(entry["transpose"]?.ints)
      self.plan = plan
      properties = CaseProperties(
        spacing: try #require(entry["image_spacing"]?.doubles),
        shapeBeforeCropping: Shape3(try #require(entry["shape"]?.ints)),
        box: ArrayBox(
          lower: try #require(entry["lower"]?.ints), upper: try #require(entry["upper"]?.ints)))
      usesRegions = entry["regions"]?.bool == true
    }

    func export(_ labels: LabelSet) throws -> VoxelArray<LabelMap.Label> {
      let predictor = try Predictor(
        networks: [], on: try Device(precision: .float32), preprocessor: try plan.preprocessor(),
        labels: labels, mirrorAxes: [])
      return predictor.export.labels(
        of: logits, properties: properties,
        spacing: predictor.preprocessor.spacingChange(from: properties.spacing))
    }
  }

  @Test(arguments: names) func labelsEqualTheReference(name: String) throws {
    let entry = try Entry(name)
    let set =
      entry.usesRegions
      ? try LabelSet(
        structures: [
          .init(name: "background", labels: [0]), .init(name: "whole", labels: [1, 2, 3]),
          .init(name: "core", labels: [2, 3]), .init(name: "enhancing", labels: [3]),
        ], regionsClassOrder: [1, 2, 3])
      : try labelSet([1, 2])
    let found = try entry.export(set)
    #expect(found.shape.lengths == entry.labelShape)
    #expect(Set(entry.labels).count >= 3)
    let differing = zip(found.elements, entry.labels).count { Int64($0) != $1 }
    #expect(differing == 0)
  }

  @Test func classesTakeTheValuesOfTheDataset() throws {
    let entry = try Entry("cropped")
    let found = try entry.export(try labelSet([300, 7]))
    let values: [Int64: Int] = [0: 0, 1: 7, 2: 300]
    #expect(found.elements.map(Int.init) == entry.labels.map { values[$0] ?? -1 })
  }

  @Test func firstOfEqualLogitsWins() throws {
    let entry = try Entry("identity")
    let equal = entry.logits.map { VoxelArray<Float>(repeating: 0.5, shape: $0.shape) }
    let predictor = try Predictor(
      networks: [], on: try Device(precision: .float32),
      preprocessor: try entry.plan.preprocessor(), labels: try labelSet([1, 2]), mirrorAxes: [])
    let found = predictor.export.labels(
      of: equal, properties: entry.properties,
      spacing: predictor.preprocessor.spacingChange(from: entry.properties.spacing))
    #expect(found.elements.allSatisfy { $0 == 0 })
  }
}
