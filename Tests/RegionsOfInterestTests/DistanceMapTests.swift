import Parallelism
import RandomNumbers
import RegionsOfInterest
import TestSupport
import Testing
import Volumes

@Suite struct DistanceMapTests {
  /// To 1e-5 mm, what single precision of the fixture leaves.
  @Test(arguments: 0..<ReferenceMasks.count) func distancesEqualScipy(index: Int) throws {
    let reference = try ReferenceMasks()
    let mask = try reference.mask(index)
    let expected = try reference.distances(index)
    let found = mask.distancesToMask.voxels
    let worst = largestDifference(found, expected)
    #expect(worst.value < 1e-5, "voxel \(worst.index)")
  }

  /// Against a search over all voxels of the mask, on random masks with spacings up to 1 to 8.
  @Test(arguments: 0..<30) func distancesEqualExhaustiveSearch(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let mask = randomMask(using: &generator)
    let squares = mask.squaredDistancesToMask
    let spacing = mask.geometry.spacing
    let targets = positions(mask.extent).filter { mask[$0.x, $0.y, $0.z] }
    for voxel in positions(mask.extent) {
      var nearest = Double.infinity
      for target in targets {
        let offset = Vector3(
          Double(voxel.x - target.x) * spacing.x, Double(voxel.y - target.y) * spacing.y,
          Double(voxel.z - target.z) * spacing.z)
        nearest = min(nearest, offset.dot(offset))
      }
      let found = squares[voxel.x, voxel.y, voxel.z]
      #expect(found == nearest || abs(found - nearest) < 1e-12 * nearest, "\(voxel)")
    }
  }

  @Test func emptyMaskIsInfinitelyFar() {
    let mask = Mask(
      repeating: false,
      geometry: Geometry(extent: Extent(x: 4, y: 3, z: 2), spacing: Vector3(1, 2, 3)))
    #expect(mask.distancesToMask.voxels.allSatisfy { $0 == .infinity })
    let full = Mask(repeating: true, geometry: mask.geometry)
    #expect(full.distancesToMask.voxels.allSatisfy { $0 == 0 })
    let none = Mask(repeating: true, geometry: Geometry(extent: Extent(x: 0, y: 3, z: 2)))
    #expect(none.distancesToMask.voxels.isEmpty)
  }

  /// A ball of 5 mm around one voxel, slices 3 mm apart, has 179 voxels.
  @Test func ballAroundOneVoxel() {
    var mask = Mask(
      repeating: false,
      geometry: Geometry(extent: Extent(x: 15, y: 15, z: 7), spacing: Vector3(1, 1, 3)))
    mask[7, 7, 3] = true
    #expect(mask.squaredDistancesToMask.voxels.count { $0 <= 25 } == 179)
  }

  /// Bit for bit, on a mask large enough to be cut into many ranges.
  @Test func resultDoesNotDependOnThreads() {
    var generator = SplitMix64(seed: 5)
    let extent = Extent(x: 75, y: 64, z: 60)
    let mask = Mask(
      voxels: (0..<extent.count).map { _ in generator.chance(0.001) },
      geometry: Geometry(extent: extent, spacing: Vector3(0.7, 0.9, 2.1)))
    let serial = ThreadBudget.serially { mask.squaredDistancesToMask }
    #expect(mask.squaredDistancesToMask.voxels == serial.voxels)
  }

  /// Against trying all voxels of the border.
  @Test func distancesToTheBorderByTryingAll() {
    let grid = Geometry(extent: Extent(x: 12, y: 10, z: 6), spacing: Vector3(1, 1.5, 3))
    let mask = Mask(
      voxels: (0..<grid.extent.count).map { $0 % 12 > 2 && $0 % 12 < 9 && $0 / 12 % 10 > 1 },
      geometry: grid)
    var border: [(Int, Int, Int)] = []
    func isInside(_ x: Int, _ y: Int, _ z: Int) -> Bool {
      // Beyond the grid nothing is known.
      guard 0..<12 ~= x, 0..<10 ~= y, 0..<6 ~= z else { return true }
      return mask[x, y, z]
    }
    for z in 0..<6 {
      for y in 0..<10 {
        for x in 0..<12 where mask[x, y, z] {
          let around = (0..<27).map { (x + $0 % 3 - 1, y + $0 / 3 % 3 - 1, z + $0 / 9 - 1) }
          if around.contains(where: { !isInside($0.0, $0.1, $0.2) }) { border.append((x, y, z)) }
        }
      }
    }
    let found = mask.signedDistances(to: .border)
    let outside = mask.signedDistances(to: .outside)
    for z in 0..<6 {
      for y in 0..<10 {
        for x in 0..<12 {
          guard mask[x, y, z] else {
            #expect(found[x, y, z] == outside[x, y, z])
            continue
          }
          let nearest =
            border.map { (a, b, c) in
              Vector3(Double(a - x), 1.5 * Double(b - y), 3 * Double(c - z)).length
            }.min() ?? .nan
          #expect(abs(found[x, y, z] + nearest) < 1e-12)
        }
      }
    }
  }
}
