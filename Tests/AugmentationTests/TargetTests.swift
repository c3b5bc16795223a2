import Augmentation
import Testing
import Volumes

@Suite struct TargetTests {
  @Test func deepSupervisionTargetsEqualThePeers() throws {
    let labels = VoxelArray(
      shape: Fixture.caseShape, elements: try Fixture.labels("case_labels"))
    let strides = [[1, 1, 1], [1, 2, 2], [2, 2, 2], [2, 2, 1], [2, 2, 2]]
    let supervision = try DeepSupervision(patchShape: Fixture.caseShape, strides: strides)
    let shapes = try Fixture.table("deep_supervision").map { Shape3($0[0].map { Int($0) }) }
    #expect(supervision.shapes == shapes)
    for (level, target) in supervision.targets(for: labels).enumerated() {
      #expect(target.shape == shapes[level])
      #expect(target.elements == (try Fixture.labels("deep_supervision_\(level)")))
    }
  }

  @Test func planeNetworksKeepTheSingleSlice() throws {
    let supervision = try DeepSupervision(
      patchShape: Shape3(1, 56, 40), strides: [[1, 1], [2, 2], [2, 2], [2, 2]])
    #expect(supervision.shapes == [Shape3(1, 56, 40), Shape3(1, 28, 20), Shape3(1, 14, 10)])
    #expect(throws: AugmentationError.invalidStrides([2])) {
      try DeepSupervision(patchShape: Shape3(1, 56, 40), strides: [[2], [2, 2]])
    }
  }

  @Test func regionsMayOverlapAndTheIgnoreLabelComesLast() {
    let labels = VoxelArray<Int16>(shape: Shape3(1, 1, 5), elements: [0, 1, 2, 3, 4])
    let regions = RegionTargets(regions: [[1, 2, 3], [2]], ignoredLabel: 4)
    #expect(regions.channelCount == 3)
    #expect(
      regions.targets(for: labels).map(\.elements) == [
        [0, 1, 1, 1, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 1],
      ])
  }
}
