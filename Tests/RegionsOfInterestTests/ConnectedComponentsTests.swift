import Parallelism
import RandomNumbers
import RegionsOfInterest
import TestSupport
import Testing
import Volumes

@Suite struct ConnectedComponentsTests {
  @Test(arguments: 0..<ReferenceMasks.count, Connectivity.allCases)
  func numbersEqualScipy(index: Int, connectivity: Connectivity) throws {
    let reference = try ReferenceMasks()
    let components = ConnectedComponents(
      of: try reference.mask(index), connectivity: connectivity)
    let expected = try reference.components(index, connectivity)
    #expect(components.numbers.voxels == expected)
    #expect(components.count == Int(expected.max() ?? 0))
    for (number, size) in zip(1..., components.sizes) {
      #expect(size == expected.count { Int($0) == number })
    }
  }

  /// Against flooding from every voxel, over densities at which components grow long and wind.
  @Test(arguments: 0..<30, Connectivity.allCases)
  func numbersEqualFlooding(seed: UInt64, connectivity: Connectivity) {
    var generator = SplitMix64(seed: seed)
    let mask = randomMask(using: &generator)
    let components = ConnectedComponents(of: mask, connectivity: connectivity)
    #expect(components.numbers.voxels == flooded(mask, connectivity))
  }

  @Test func largestKeepsTies() {
    let mask = Mask(
      voxels: [1, 1, 0, 1, 0, 1, 1].map { $0 == 1 },
      geometry: Geometry(extent: Extent(x: 7, y: 1, z: 1)))
    let components = ConnectedComponents(of: mask, connectivity: .corners)
    #expect(components.sizes == [2, 1, 2])
    #expect(components.largest.voxels == [1, 1, 0, 0, 0, 1, 1].map { $0 == 1 })
    #expect(components.mask { $0 == 2 }.voxels == [0, 0, 0, 1, 0, 0, 0].map { $0 == 1 })
    let empty = ConnectedComponents(
      of: Mask(repeating: false, geometry: mask.geometry), connectivity: .faces)
    #expect(empty.count == 0)
    #expect(empty.largest.voxels.allSatisfy { !$0 })
    for extent in [Extent(x: 0, y: 0, z: 0), Extent(x: 4, y: 3, z: 0), Extent(x: 0, y: 3, z: 2)] {
      let none = Mask(repeating: true, geometry: Geometry(extent: extent))
      #expect(ConnectedComponents(of: none, connectivity: .corners).count == 0)
    }
  }

  @Test func resultDoesNotDependOnThreads() {
    var generator = SplitMix64(seed: 5)
    let extent = Extent(x: 75, y: 64, z: 60)
    let mask = Mask(
      voxels: (0..<extent.count).map { _ in generator.chance(0.15) },
      geometry: Geometry(extent: extent))
    let serial = ThreadBudget.serially {
      ConnectedComponents(of: mask, connectivity: .corners)
    }
    #expect(ConnectedComponents(of: mask, connectivity: .corners).runs == serial.runs)
  }

  @Test func masksOfLabels() {
    let labels = LabelMap(
      labels: [0, 1, 2, 65_535, 2], geometry: Geometry(extent: Extent(x: 5, y: 1, z: 1)))
    #expect(labels.mask(of: [2]).voxels == [false, false, true, false, true])
    #expect(labels.mask(of: [1, 65_535]).voxels == [false, true, false, true, false])
  }
}

/// Components found one after the other by walking from neighbour to neighbour.
private func flooded(_ mask: Mask, _ connectivity: Connectivity) -> [Int32] {
  let extent = mask.extent
  var numbers = [Int32](repeating: 0, count: extent.count)
  var count: Int32 = 0
  for start in positions(extent)
  where mask[start.x, start.y, start.z] && numbers[extent.index(start.x, start.y, start.z)] == 0 {
    count += 1
    numbers[extent.index(start.x, start.y, start.z)] = count
    var open = [start]
    while let voxel = open.popLast() {
      for step in positions(Extent(x: 3, y: 3, z: 3)) {
        let differing = abs(step.x - 1) + abs(step.y - 1) + abs(step.z - 1)
        // Neighbours differ by one voxel along one, two or three axes.
        guard differing <= [6: 1, 18: 2, 26: 3][connectivity.rawValue] ?? 0 else { continue }
        let next = Position(
          x: voxel.x + step.x - 1, y: voxel.y + step.y - 1, z: voxel.z + step.z - 1)
        guard 0..<extent.x ~= next.x, 0..<extent.y ~= next.y, 0..<extent.z ~= next.z,
          mask[next.x, next.y, next.z], numbers[extent.index(next.x, next.y, next.z)] == 0
        else { continue }
        numbers[extent.index(next.x, next.y, next.z)] = count
        open.append(next)
      }
    }
  }
  return numbers
}
