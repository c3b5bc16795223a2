import RandomNumbers
import RegionsOfInterest
import TestSupport
import Testing
import Volumes

@Suite struct GeodesicDistanceTests {
  /// Against trying all steps again and again until no distance gets shorter.
  @Test(arguments: 0..<12, [nil, GridAxis.x, .z])
  func distancesEqualRepeatedRelaxation(seed: UInt64, axis: GridAxis?) {
    var generator = SplitMix64(seed: seed)
    let mask = randomMask(using: &generator)
    let allowed = Mask(
      voxels: mask.voxels.map { _ in generator.chance(0.4) }, geometry: mask.geometry)
    let limit = seed % 2 == 0 ? .infinity : 6.0
    let found = mask.geodesicDistances(inside: allowed, upTo: limit, sliceAxis: axis)
    let expected = relaxed(mask, allowed, axis).map { $0 <= limit ? $0 : .infinity }
    for (a, b) in zip(found.voxels, expected) { #expect(a == b || abs(a - b) < 1e-9) }
  }

  /// Around the end of a wall, by hand: two voxels apart as the crow flies.
  @Test func pathsGoAroundAWall() throws {
    let geometry = Geometry(extent: Extent(x: 5, y: 4, z: 1))
    var start = Mask(repeating: false, geometry: geometry)
    start[1, 0, 0] = true
    var allowed = Mask(repeating: true, geometry: geometry)
    for y in 0..<3 { allowed[2, y, 0] = false }
    let distances = start.geodesicDistances(inside: allowed)
    // Two steps down, aslant through the gap and aslant again, two up.
    #expect(abs(distances[3, 0, 0] - (4 + 2 * 2.0.squareRoot())) < 1e-12)
    #expect(distances[2, 1, 0] == .infinity)
    var shells = try Shells(limits: [0, 2, 7])
    let straight = try start.shells(shells, inside: allowed).map
    #expect(straight[3, 0, 0] == 1)
    shells.paths = .geodesic
    let around = try start.shells(shells, inside: allowed)
    #expect(around.map[3, 0, 0] == 2 && around.map[0, 0, 0] == 1 && around.map[2, 1, 0] == 0)
    #expect(around.shells.allSatisfy { $0.removedShare == 0 })
    shells.tumour = .underItsOwnLabel
    #expect(try start.shells(shells, inside: allowed).map[1, 0, 0] == 1)
  }

  /// Without anything in the way paths are no shorter than straight lines and at most 13 % longer.
  @Test func freePathsAreNearlyStraight() {
    var generator = SplitMix64(seed: 3)
    let geometry = Geometry(extent: Extent(x: 21, y: 21, z: 21))
    let mask = Mask(
      voxels: (0..<geometry.extent.count).map { _ in generator.chance(0.001) }, geometry: geometry)
    let all = Mask(repeating: true, geometry: geometry)
    let straight = mask.distancesToMask.voxels
    for (path, line) in zip(mask.geodesicDistances(inside: all).voxels, straight) {
      #expect(path >= line - 1e-9 && path <= 1.13 * line + 1e-9)
    }
  }

  private func relaxed(_ mask: Mask, _ allowed: Mask, _ axis: GridAxis?) -> [Double] {
    let (extent, spacing) = (mask.extent, mask.geometry.spacing)
    var distances = mask.voxels.map { $0 ? 0 : Double.infinity }
    var isChanged = true
    while isChanged {
      isChanged = false
      for voxel in positions(extent) {
        let index = extent.index(voxel.x, voxel.y, voxel.z)
        guard allowed.voxels[index] else { continue }
        for step in positions(Extent(x: 3, y: 3, z: 3)) {
          let (dx, dy, dz) = (step.x - 1, step.y - 1, step.z - 1)
          if axis == .x && dx != 0 || axis == .y && dy != 0 || axis == .z && dz != 0 { continue }
          let (x, y, z) = (voxel.x + dx, voxel.y + dy, voxel.z + dz)
          guard 0..<extent.x ~= x, 0..<extent.y ~= y, 0..<extent.z ~= z else { continue }
          let way = Vector3(
            Double(dx) * spacing.x, Double(dy) * spacing.y, Double(dz) * spacing.z)
          let length = distances[extent.index(x, y, z)] + way.length
          if length < distances[index] - 1e-12 {
            distances[index] = length
            isChanged = true
          }
        }
      }
    }
    return distances
  }
}
