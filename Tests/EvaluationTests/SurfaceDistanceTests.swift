import Evaluation
import JSONDocuments
import RegionsOfInterest
import Safetensors
import Testing
import Volumes

@Suite struct SurfaceDistanceTests {
  /// To 1e-9 mm, which is rounding; infinite or undefined where the reference is.
  @Test(arguments: 0..<8) func distancesEqualTheReference(index: Int) throws {
    let pairs = try #require(surfaceFixture()["pairs"]?.array)
    let expected = pairs[index]
    let spacing = try #require(expected["spacing"]?.doubles)
    let masks = try SafetensorsFile(contentsOf: fixture("surface_masks.safetensors"))
    let distances = SurfaceDistances(
      reference: try mask("\(index)/reference", of: masks, spacing),
      prediction: try mask("\(index)/prediction", of: masks, spacing))
    let tolerance = try #require(expected["tolerance"]?.double)
    let found = [
      "hausdorff": distances.hausdorffDistance(coveringShare: 1),
      "hausdorff95": distances.hausdorffDistance(coveringShare: 0.95),
      "from_reference": distances.averageDistanceFromReference,
      "from_prediction": distances.averageDistanceFromPrediction,
      "surface_dice": distances.normalisedSurfaceDistance(tolerance: tolerance),
    ]
    for (name, value) in found {
      if let number = expected[name]?.double {
        #expect(abs(value - number) < 1e-9, "\(name): \(value) against \(number)")
      } else {
        #expect(value == .infinity, "\(name): \(value)")
      }
    }
  }

  /// All 256 patterns; the table's numbers have six digits.
  @Test func areasEqualTheReference() throws {
    for table in try #require(surfaceFixture()["areas"]?.array) {
      let spacing = try #require(table["spacing"]?.doubles)
      let expected = try #require(table["areas"]?.doubles)
      let areas = SurfaceElementAreas(spacing: Vector3(spacing[2], spacing[1], spacing[0]))
      for pattern in UInt8.min...UInt8.max {
        // The reference's first voxel is the highest bit.
        var code = 0
        for bit in 0..<8 where pattern >> bit & 1 == 1 { code |= 128 >> bit }
        #expect(abs(areas[pattern] - expected[code]) < 1e-5, "pattern \(pattern)")
      }
    }
  }

  /// Two voxels 2 mm apart: one face of each touches a corner shared by both.
  @Test func twoVoxelsByHand() {
    let geometry = Geometry(extent: Extent(x: 8, y: 3, z: 3), spacing: Vector3(1, 2, 3))
    func voxel(_ x: Int) -> Mask {
      var mask = Mask(repeating: false, geometry: geometry)
      mask[x, 1, 1] = true
      return mask
    }
    let distances = SurfaceDistances(reference: voxel(2), prediction: voxel(4))
    #expect(distances.hausdorffDistance(coveringShare: 0.95) == 2)
    #expect(distances.averageDistanceFromReference == 1.5)
    #expect(distances.averageDistanceFromPrediction == 1.5)
    #expect(distances.averageSymmetricDistance == 1.5)
    #expect(distances.normalisedSurfaceDistance(tolerance: 1) == 0.5)
    #expect(distances.normalisedSurfaceDistance(tolerance: 0.5) == 0)
  }

  @Test func emptyMasksByConvention() {
    let geometry = Geometry(extent: Extent(x: 4, y: 3, z: 3))
    let none = Mask(repeating: false, geometry: geometry)
    let all = Mask(repeating: true, geometry: geometry)
    for (reference, prediction) in [(none, all), (all, none)] {
      let scores = SurfaceScores(
        SurfaceDistances(reference: reference, prediction: prediction),
        settings: SurfaceSettings())
      #expect(scores.hausdorff95 == .infinity)
      #expect(scores.averageSymmetricDistance == .infinity)
      #expect(scores.normalisedSurfaceDistance == 0)
    }
    let scores = SurfaceScores(
      SurfaceDistances(reference: none, prediction: none), settings: SurfaceSettings())
    #expect(scores.hausdorff95.isNaN)
    #expect(scores.averageSymmetricDistance.isNaN)
    #expect(scores.normalisedSurfaceDistance.isNaN)
    let same = SurfaceScores(
      SurfaceDistances(reference: all, prediction: all), settings: SurfaceSettings(tolerance: 0))
    #expect(same.hausdorff95 == 0)
    #expect(same.averageSymmetricDistance == 0)
    #expect(same.normalisedSurfaceDistance == 1)
  }
}

private func surfaceFixture() throws -> JSONValue {
  try JSONValue(parsing: text(of: fixture("surfaces.json")))
}

private func mask(
  _ name: String, of file: SafetensorsFile, _ spacing: [Double]
) throws -> Mask {
  let shape = try file.tensor(named: name).shape
  return Mask(
    voxels: try file.bytes(name).map { $0 != 0 },
    geometry: Geometry(
      extent: Extent(x: shape[2], y: shape[1], z: shape[0]),
      spacing: Vector3(spacing[2], spacing[1], spacing[0])))
}
