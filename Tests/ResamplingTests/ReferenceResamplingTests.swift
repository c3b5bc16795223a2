import Foundation
import Resampling
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Every resampling of the shared reference folder, found by `DELINEATE_DATA`.
@Suite(.enabled(if: ReferenceData.isAvailable, "DELINEATE_DATA is unset"))
struct ReferenceResamplingTests {
  @Test(arguments: ReferenceResampling.all.filter { $0.kind == "data" })
  func imagesEqualTheReference(entry: ReferenceResampling) throws {
    let (input, expected) = (
      try Volume<Float>(contentsOf: entry.path(entry.input)),
      try Volume<Float>(contentsOf: entry.path(entry.output))
    )
    let found = try entry.scheme().resample(
      VoxelArray(shape: input.extent.shape, elements: input.voxels), to: Shape3(entry.shapeOut),
      spacing: entry.spacing)
    #expect(found.shape == expected.extent.shape)
    let worst = largestDifference(found.elements, expected.voxels)
    #expect(worst.value <= 1e-6 * range(of: input.voxels), "voxel \(worst.index)")
  }

  @Test(arguments: ReferenceResampling.all.filter { $0.kind == "seg" })
  func labelsEqualTheReference(entry: ReferenceResampling) throws {
    let input = try LabelMap(contentsOf: entry.path(entry.input))
    let expected = try LabelMap(contentsOf: entry.path(entry.output))
    let found = try entry.scheme().resample(
      labels: VoxelArray(shape: input.extent.shape, elements: input.labels.map { Int16($0) }),
      to: Shape3(entry.shapeOut), spacing: entry.spacing)
    #expect(found.elements == expected.labels.map { Int16($0) })
  }

  @Test func noEntryIsMissed() { #expect(ReferenceResampling.all.count == 12) }
}

/// One entry of the reference's manifest, in its words.
struct ReferenceResampling: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let kind: String
  let order: Int
  let orderZ: Int
  let spacingIn: [Double]
  let spacingOut: [Double]
  let shapeOut: [Int]
  let input: String
  let output: String

  var testDescription: String { name }
  var spacing: SpacingChange { SpacingChange(current: spacingIn, new: spacingOut) }

  func scheme() throws -> ResamplingScheme {
    try ResamplingScheme(plansOrder: order, orderZ: orderZ, forceSeparateZ: nil)
  }

  func path(_ file: String) -> String { Self.folder + "/" + file }

  private static let folder = ReferenceData.path("reference/resampling")
  static let all: [ReferenceResampling] = {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: folder + "/manifest.json")) else {
      return []
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return (try? decoder.decode([ReferenceResampling].self, from: data)) ?? []
  }()
}
