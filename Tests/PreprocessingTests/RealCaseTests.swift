import Datasets
import JSONDocuments
import Planning
import Preprocessing
import TestSupport
import Testing
import Volumes

/// Real images against statistics of what nnU-Net 2.8.1 made of them; see `make_fixtures.py`.
@Suite(.enabled(if: ReferenceData.isAvailable, "DELINEATE_DATA is not set"))
struct RealCaseTests {
  static let entries: [JSONValue] =
    (try? JSONValue(contentsOf: fixtures + "/real_cases.json"))?.array ?? []

  private func plan(_ name: String) throws -> SegmentationPlan {
    try SegmentationPlan(
      contentsOf: name == "hippocampus"
        ? ReferenceData.path("reference/plans/hippocampus/plans_default.json")
        : "\(fixtures)/plans_\(name).json")
  }

  @Test func thereAreCases() { #expect(Self.entries.count == 24) }

  @Test(arguments: entries.indices)
  func equalsTheReference(index: Int) throws {
    let reference = Self.entries[index]
    let images = try #require(reference["images"]?.array).compactMap(\.string)
    let labels = reference["labels"]?.string
    let entry = Case(
      id: "c", images: images.map { ReferenceData.path($0) },
      labels: labels.map { ReferenceData.path($0) })
    let preprocessor = try Preprocessor(
      plan(try #require(reference["plan"]?.string)),
      configuration: try #require(reference["configuration"]?.string))
    let volumes = try CaseImages(of: entry)
    let found = try preprocessor.preprocess(
      volumes, labels: labels == nil ? nil : volumes.labels(of: entry), id: "c")
    #expect([found.channels.count] + found.shape.lengths == reference["shape"]?.ints)
    let box = found.properties.box
    #expect(
      zip(box.lower, box.upper).map { [$0, $1] } == reference["box"]?.array?.compactMap(\.ints))
    for (channel, expected) in zip(found.channels, try #require(reference["channels"]?.array)) {
      try compare(channel, expected)
    }
    guard let marked = found.labels else { return }
    #expect(checksum(marked.elements) == reference["labels_checksum"]?.string)
    let sampling = ClassLocationSampling(classes: [[1], [2]])
    let locations = sampling.locations(in: marked)
    let expected = try #require(reference["locations"]?.array)
    #expect(locations.map(\.count) == expected.compactMap { $0["count"]?.int })
    #expect(locations.map { checksum($0) } == expected.compactMap { $0["checksum"]?.string })
  }

  /// Within 1e-6 of the channel's range; the difference reached is 2.4e-7.
  private func compare(_ channel: VoxelArray<Float>, _ expected: JSONValue) throws {
    let (low, high) = (
      try #require(expected["min"]?.double), try #require(expected["max"]?.double)
    )
    let values = channel.elements.map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let positions = try #require(expected["positions"]?.ints)
    let found =
      [mean, (squares / Double(values.count)).squareRoot(), values.min() ?? 0, values.max() ?? 0]
      + positions.map { values[$0] }
    let wanted =
      [try #require(expected["mean"]?.double), try #require(expected["std"]?.double), low, high]
      + (try #require(expected["values"]?.doubles))
    let difference = largestDifference(found, wanted)
    #expect(difference.value <= 1e-6 * (high - low), "number \(difference.index)")
  }
}
