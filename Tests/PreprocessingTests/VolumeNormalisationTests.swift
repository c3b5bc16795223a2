import Planning
import Preprocessing
import Testing
import Volumes

@Suite struct VolumeNormalisationTests {
  private let geometry = Geometry(extent: Extent(x: 3, y: 2, z: 1))

  private func image(_ voxels: [Float]) -> Volume<Float> {
    Volume(voxels: voxels, geometry: geometry)
  }

  @Test func zScoresInsideAMaskLeaveTheRest() throws {
    let mask = LabelMap(labels: [0, 1, 2, 1, 0, 1], geometry: geometry)
    let found = try image([9, 1, 3, 1, 0, 3]).normalised(by: .zScore, inside: mask, of: "x")
    #expect(found.voxels == [9, -1, 1, -1, 0, 1])
  }

  @Test func otherSchemesByHand() throws {
    let volume = image([0, 1, 2, 3, 4, 5])
    #expect(try volume.normalised(by: .none, of: "x").voxels == volume.voxels)
    #expect(
      try volume.normalised(by: .rescaleTo01, of: "x").voxels == [0, 0.2, 0.4, 0.6, 0.8, 1])
    let statistics = IntensityStatistics(
      mean: 2, median: 2, standardDeviation: 2, range: 0...9, percentiles: 1...4)
    #expect(
      try volume.normalised(by: .ct, statistics: statistics, of: "x").voxels
        == [-0.5, -0.5, 0, 0.5, 1, 1])
  }

  @Test func whatDoesNotFitIsRefused() {
    let mask = LabelMap(labels: [1], geometry: Geometry(extent: Extent(x: 1, y: 1, z: 1)))
    #expect(throws: PreprocessingError.self) {
      try image([0, 1, 2, 3, 4, 5]).normalised(by: .ct, of: "x")
    }
    #expect(throws: PreprocessingError.self) {
      try image([0, 1, 2, 3, 4, 5]).normalised(by: .zScore, inside: mask, of: "x")
    }
    #expect(throws: PreprocessingError.self) {
      try image([0, 1, 2, 3, 4, 256]).normalised(by: .rgbTo01, of: "x")
    }
  }
}
