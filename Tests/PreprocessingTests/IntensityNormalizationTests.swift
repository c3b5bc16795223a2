import Datasets
import Planning
import Preprocessing
import RandomNumbers
import Testing
import Volumes

/// Z-scores of images larger than one piece of work, against sums in one loop.
@Suite struct IntensityNormalizationTests {
  private static func volume(offset: Float, seed: UInt64) -> Volume<Float> {
    var generator = SplitMix64(seed: seed)
    let extent = Extent(x: 61, y: 47, z: 53)
    return Volume(
      voxels: (0..<extent.count).map { _ in offset + generator.uniform(-1...1) },
      geometry: Geometry(extent: extent))
  }

  /// Far from 0 single precision leaves few digits; sums of squares in one go would leave none.
  @Test(arguments: [Float(0), -5, 1e6])
  func zScoresHaveMeanZeroAndDeviationOne(offset: Float) throws {
    let volume = Self.volume(offset: offset, seed: 3)
    let plan = try SmallCase("same_grid").plan
    let found = try Preprocessor(plan, configuration: "c").preprocess(CaseImages(volume), id: "x")
    let count = Double(volume.voxels.count)
    let mean = volume.voxels.reduce(0) { $0 + Double($1) } / count
    let squares = volume.voxels.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let deviation = (squares / count).squareRoot()
    for index in stride(from: 0, to: volume.voxels.count, by: 977) {
      let expected = (Double(volume.voxels[index]) - mean) / deviation
      // Half a unit in the last place of the mean, seen on the scale of the result, and of the
      // result.
      let tolerance = Double(Float(mean).ulp) / deviation + 1e-6
      #expect(abs(Double(found.channels[0].elements[index]) - expected) <= tolerance)
    }
  }

  @Test func maskedVoxelsStayAsTheyAre() throws {
    var volume = Self.volume(offset: 10, seed: 4)
    for z in 0..<53 {
      for y in 0..<47 { for x in 0..<61 where x + y + z < 60 { volume[x, y, z] = 0 } }
    }
    let plan = try SmallCase("single_slice").plan
    let mask = NonzeroRegion(of: CaseImages(volume).channels).mask
    let inside = zip(volume.voxels, mask.elements).filter(\.1).map { Double($0.0) }
    let mean = inside.reduce(0, +) / Double(inside.count)
    let squares = inside.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(inside.count)).squareRoot()
    // The plan's own spacing, so that nothing is resampled.
    volume.geometry.spacing = Vector3(0.9, 0.8, 3)
    let found = try Preprocessor(plan, configuration: "c").preprocess(CaseImages(volume), id: "x")
    #expect(mask.elements.contains(false))
    for index in volume.voxels.indices {
      let expected = mask.elements[index] ? (Double(volume.voxels[index]) - mean) / deviation : 0
      guard abs(Double(found.channels[0].elements[index]) - expected) <= 1e-5 else {
        Issue.record("voxel \(index): \(found.channels[0].elements[index]), expected \(expected)")
        return
      }
    }
  }
}
