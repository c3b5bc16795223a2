import RandomNumbers
import RegionsOfInterest
import Resampling
import SimulatedRaters
import TestSupport
import Testing
import Volumes

@Suite struct ImagePerturbationTests {
  @Test(arguments: [Float(1), 5, 20]) func noiseLevelIsFound(deviation: Float) {
    #expect(abs(Phantom.image(noise: deviation).noiseLevel / Double(deviation) - 1) < 0.05)
  }

  @Test func noiseLevelOfNothing() {
    let flat = Volume<Float>(repeating: 3, geometry: Phantom.geometry)
    #expect(flat.noiseLevel == 0)
    let line = Geometry(extent: Extent(x: 1, y: 9, z: 9))
    #expect(Volume<Float>(repeating: 1, geometry: line).noiseLevel == 0)
  }

  @Test func addedNoiseHasItsDeviation() throws {
    var perturbation = ImagePerturbation()
    perturbation.noise = .standardDeviation(4)
    var generator = SplitMix64(seed: 8)
    let image = Phantom.image(noise: 0)
    let (noisy, map) = try perturbation.applied(to: image, Phantom.truth, using: &generator)
    #expect(map.labels == Phantom.truth.labels)
    let differences = zip(noisy.voxels, image.voxels).map { Double($0 - $1) }
    let square = differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)
    #expect(abs(square.squareRoot() - 4) < 0.05)
    var again = SplitMix64(seed: 8)
    #expect(
      try perturbation.applied(to: image, Phantom.truth, using: &again).image.voxels
        == noisy.voxels)
  }

  /// A quarter turn exchanges axes exactly; the same voxels come to lie at the same places.
  @Test func aQuarterTurnMovesNoValue() throws {
    let grid = Geometry(
      extent: Extent(x: 9, y: 9, z: 4), spacing: Vector3(1.5, 1.5, 3), origin: Vector3(7, -2, 1))
    let image = Volume<Float>(voxels: (0..<324).map { Float($0) }, geometry: grid)
    let map = LabelMap(labels: (0..<324).map { UInt16($0 % 3) }, geometry: grid)
    var perturbation = ImagePerturbation()
    (perturbation.rotation, perturbation.interpolation) = (90, .linear)
    var generator = SplitMix64(seed: 1)
    let (turned, labels) = try perturbation.applied(to: image, map, using: &generator)
    for z in 0..<4 {
      for y in 0..<9 {
        for x in 0..<9 {
          #expect(abs(turned[x, y, z] - image[8 - y, x, z]) < 1e-3)
          #expect(labels[x, y, z] == map[8 - y, x, z])
          let a = turned.geometry.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          let b = grid.worldPoint(ofVoxel: Vector3(Double(8 - y), Double(x), Double(z)))
          #expect((a - b).length < 1e-9)
        }
      }
    }
  }

  /// A linear ramp is sampled where the moved grid says.
  @Test func translationIsPartOfAVoxel() throws {
    let grid = Geometry(extent: Extent(x: 12, y: 8, z: 6), spacing: Vector3(1, 2, 3))
    var image = Volume<Float>(repeating: 0, geometry: grid)
    for z in 0..<6 {
      for y in 0..<8 { for x in 0..<12 { image[x, y, z] = Float(x) + 10 * Float(y) } }
    }
    var perturbation = ImagePerturbation()
    (perturbation.translation, perturbation.interpolation) = (Vector3(0.25, 0.75, 0), .linear)
    var generator = SplitMix64(seed: 1)
    let map = LabelMap(labels: Array(repeating: 1, count: 576), geometry: grid)
    let moved = try perturbation.applied(to: image, map, using: &generator)
    for z in 0..<6 {
      for y in 0..<7 {
        for x in 0..<11 {
          #expect(abs(moved.image[x, y, z] - (Float(x) + 0.25 + 10 * (Float(y) + 0.75))) < 1e-4)
        }
      }
    }
    #expect(moved.map.geometry.matches(moved.image.geometry, tolerance: 0))
    let corner = moved.image.geometry.origin - grid.origin
    #expect((corner - Vector3(0.25, 1.5, 0)).length < 1e-12)
  }

  @Test(arguments: [-0.5, -0.1, 0.003, 0.3]) func volumesChangeByLayers(fraction: Double) throws {
    var generator = SplitMix64(seed: 4)
    let before = Phantom.main.voxels.count { $0 }
    let after = try Phantom.main.withVolumeChanged(by: fraction, using: &generator)
    let wanted = (Double(before) * (1 + fraction)).rounded()
    #expect(after.voxels.count { $0 } == Int(wanted))
    for (a, b) in zip(Phantom.main.voxels, after.voxels) {
      // Only added to, or only taken from.
      #expect(fraction > 0 ? (!a || b) : (!b || a))
    }
    // No voxel lies two layers from where it would without chance.
    let step = try Ball(radius: 1, unit: .voxels)
    if fraction == 0.003 {
      let layer = Phantom.main.dilated(by: step).voxels
      #expect(zip(after.voxels, layer).allSatisfy { !$0 || $1 })
    }
  }
}
