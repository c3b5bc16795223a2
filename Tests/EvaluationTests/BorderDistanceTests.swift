import Evaluation
import JSONDocuments
import RegionsOfInterest
import Safetensors
import Testing
import Volumes

@Suite struct BorderDistanceTests {
  /// To 1e-6 of the value, since MONAI computes in single precision.
  @Test(arguments: 0..<6) func distancesEqualMONAI(index: Int) throws {
    let expected = try #require(
      JSONValue(parsing: text(of: fixture("borders.json"))).array?[index])
    #expect(expected["index"]?.int == index)
    let pair = try #require(
      JSONValue(parsing: text(of: fixture("surfaces.json")))["pairs"]?.array?[index])
    let spacing = try #require(pair["spacing"]?.doubles)
    let file = try SafetensorsFile(contentsOf: fixture("surface_masks.safetensors"))
    func mask(_ name: String) throws -> Mask {
      let shape = try file.tensor(named: "\(index)/\(name)").shape
      return Mask(
        voxels: try file.bytes("\(index)/\(name)").map { $0 != 0 },
        geometry: Geometry(
          extent: Extent(x: shape[2], y: shape[1], z: shape[0]),
          spacing: Vector3(spacing[2], spacing[1], spacing[0])))
    }
    let distances = BorderDistances(
      reference: try mask("reference"), prediction: try mask("prediction"))
    let tolerance = try #require(pair["tolerance"]?.double)
    let found = [
      "hausdorff": distances.hausdorffDistance(coveringShare: 1),
      "hausdorff95": distances.hausdorffDistance(coveringShare: 0.95),
      "average": distances.averageSymmetricDistance,
      "surface_dice": distances.normalisedSurfaceDistance(tolerance: tolerance),
    ]
    for (name, value) in found {
      let number = try #require(expected[name]?.double)
      #expect(abs(value - number) < 1e-6 * number, "\(name): \(value) against \(number)")
    }
  }

  /// A rod of five voxels against its first two: by hand, with voxels of 2 mm along it.
  @Test func rodsByHand() {
    let geometry = Geometry(extent: Extent(x: 7, y: 3, z: 3), spacing: Vector3(2, 1, 1))
    func rod(_ voxels: Range<Int>) -> Mask {
      var mask = Mask(repeating: false, geometry: geometry)
      for x in voxels { mask[x, 1, 1] = true }
      return mask
    }
    let distances = BorderDistances(reference: rod(0..<5), prediction: rod(0..<2))
    // From the reference 0, 0, 2, 4, 6 mm, from the prediction 0 and 0.
    #expect(distances.hausdorffDistance(coveringShare: 1) == 6)
    #expect(abs(distances.hausdorffDistance(coveringShare: 0.95) - 5.6) < 1e-12)
    #expect(abs(distances.averageSymmetricDistance - 12.0 / 7) < 1e-12)
    #expect(distances.normalisedSurfaceDistance(tolerance: 2) == 5.0 / 7)
    // Of a block the inner voxel is no border.
    let block = Mask(
      repeating: true, geometry: Geometry(extent: Extent(x: 3, y: 3, z: 3)))
    var centre = Mask(repeating: false, geometry: block.geometry)
    centre[1, 1, 1] = true
    let inner = BorderDistances(reference: block, prediction: centre)
    #expect(inner.normalisedSurfaceDistance(tolerance: 0) == 0)
    #expect(inner.hausdorffDistance(coveringShare: 1) == 3.0.squareRoot())
  }

  @Test func emptyMasksByConvention() {
    let geometry = Geometry(extent: Extent(x: 4, y: 3, z: 3))
    let none = Mask(repeating: false, geometry: geometry)
    let all = Mask(repeating: true, geometry: geometry)
    for (reference, prediction) in [(none, all), (all, none)] {
      let distances = BorderDistances(reference: reference, prediction: prediction)
      #expect(distances.hausdorffDistance(coveringShare: 0.95) == .infinity)
      #expect(distances.averageSymmetricDistance == .infinity)
      #expect(distances.normalisedSurfaceDistance(tolerance: 9) == 0)
    }
    let neither = BorderDistances(reference: none, prediction: none)
    #expect(neither.hausdorffDistance(coveringShare: 0.95).isNaN)
    #expect(neither.averageSymmetricDistance.isNaN)
    #expect(neither.normalisedSurfaceDistance(tolerance: 1).isNaN)
  }

  /// The evaluator asks for what its settings say.
  @Test func evaluatorFollowsTheDefinition() throws {
    let geometry = Geometry(extent: Extent(x: 9, y: 5, z: 5))
    func cube(_ x: Int) -> LabelMap {
      var map = LabelMap(
        labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
      for z in 1..<4 { for y in 1..<4 { for x in x..<x + 3 { map[x, y, z] = 1 } } }
      return map
    }
    var evaluator = OverlapEvaluator(structures: [.label(1)])
    evaluator.surface = SurfaceSettings()
    evaluator.surface?.definition = .borderVoxels
    let (first, second) = (cube(1), cube(3))
    let pair = EvaluationPair(name: "case", reference: "a", prediction: "b")
    let summary = try evaluator.evaluate([pair]) { $0 == "a" ? first : second }
    let distances = BorderDistances(
      reference: first.mask(of: [1]), prediction: second.mask(of: [1]))
    #expect(
      summary.cases[0].surfaces[0].averageSymmetricDistance
        == distances.averageSymmetricDistance)
    #expect(summary.cases[0].surfaces[0].hausdorff95 == 2)
  }
}
