import Foundation
import Registration
import TestSupport
import Testing
import Volumes

/// Features, cost volumes and searches against a plain version in numpy.
@Suite struct StructureSearchTests {
  struct Fixture: Decodable {
    let extent: [Int]
    let fixed: [Float]
    let moving: [Float]
    let stride: Int
    let features: [Double]
    let reach: Int
    let costStride: Int
    let costs: [Double]
    let best: [Int32]
    let convex: [[Double]]
    let symmetrised: [[Double]]

    init() throws {
      let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/deformable.json")
      self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    }

    func features(of voxels: [Float]) -> StructureFeatures {
      StructureFeatures(
        Volume(
          voxels: voxels,
          geometry: Geometry(extent: Extent(x: extent[0], y: extent[1], z: extent[2]))))
    }
  }

  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test func featuresAreThoseOfThePaper() {
    let found = fixture.features(of: fixture.fixed)
    let count = found.extent.count
    let picked = (0..<StructureFeatures.count).flatMap { channel in
      stride(from: 0, to: count, by: fixture.stride).map {
        found.channels[channel * count + $0]
      }
    }
    #expect(picked.count == fixture.features.count)
    #expect(largestDifference(picked, fixture.features).value < 1e-5)
  }

  @Test func flatImageHasTheSameFeaturesEverywhere() {
    let found = fixture.features(of: fixture.fixed.map { _ in 0.25 })
    #expect(found.channels.allSatisfy { $0 == 1 })
  }

  @Test func searchThereAndBackIsThatOfThePaper() {
    let fixed = fixture.features(of: fixture.fixed).pooled(by: 2)
    let moving = fixture.features(of: fixture.moving).pooled(by: 2)
    let there = CostVolume(fixed: fixed, moving: moving, reach: fixture.reach)
    let back = CostVolume(fixed: moving, moving: fixed, reach: fixture.reach)
    // Without what fills each displacement up to a multiple of sixteen points.
    let points = fixed.extent.count
    let costs = (0..<there.costs.count / there.stride).flatMap {
      there.costs[$0 * there.stride..<$0 * there.stride + points]
    }
    let picked = stride(from: 0, to: costs.count, by: fixture.costStride).map { costs[$0] }
    #expect(largestDifference(picked, fixture.costs).value < 1e-5)
    #expect(there.bestDisplacements(near: nil, coupling: 0) == fixture.best)
    let field = there.smoothMinimiser()
    for axis in 0..<3 {
      let component = field.vectors.map { $0[axis] }
      #expect(largestDifference(component, fixture.convex[axis]).value < 1e-5)
    }
    let both = symmetrised(field, back.smoothMinimiser())
    for axis in 0..<3 {
      let component = both.vectors.map { $0[axis] }
      #expect(largestDifference(component, fixture.symmetrised[axis]).value < 1e-4)
    }
  }
}
