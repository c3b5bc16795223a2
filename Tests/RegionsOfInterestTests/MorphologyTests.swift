import Parallelism
import RandomNumbers
import RegionsOfInterest
import TestSupport
import Testing
import Volumes

/// Voxel for voxel what thresholds of scipy's distances give.
@Suite struct MorphologyTests {
  @Test(arguments: 0..<MorphologyFixture.count) func masksEqualScipy(index: Int) throws {
    let fixture = try MorphologyFixture(index)
    let (mask, ball) = (fixture.mask, try fixture.ball())
    #expect(mask.dilated(by: ball).voxels == fixture.dilated.voxels)
    #expect(mask.eroded(by: ball).voxels == fixture.eroded.voxels)
    #expect(
      mask.eroded(by: ball, outside: .background).voxels == fixture.erodedFromBorder.voxels)
    #expect(mask.opened(by: ball).voxels == fixture.opened.voxels)
    #expect(try mask.closed(by: ball).voxels == fixture.closed.voxels)
    #expect(mask.dilated(by: try fixture.ball(.z)).voxels == fixture.dilatedInSlices.voxels)
  }

  @Test(arguments: 0..<MorphologyFixture.count) func labelsEqualScipy(index: Int) throws {
    let fixture = try MorphologyFixture(index)
    let (labels, ball) = (fixture.labels, try fixture.ball())
    let spacing = fixture.geometry.spacing
    #expect(try labels.dilated(by: ball).labels == fixture.dilatedLabels.labels)
    #expect(try labels.closed(by: ball).labels == fixture.closedLabels.labels)
    let step = try Ball(radius: min(spacing.x, spacing.y, spacing.z))
    #expect(try labels.eroded(by: step).labels == fixture.erodedLabels.labels)
  }

  /// A label map of one region is treated as its mask.
  @Test(arguments: 0..<MorphologyFixture.count) func oneLabelIsAMask(index: Int) throws {
    let fixture = try MorphologyFixture(index)
    let ball = try fixture.ball()
    var labels = fixture.mask.labelMap(7)
    #expect(try labels.dilated(by: ball).labels == fixture.dilated.labelMap(7).labels)
    #expect(try labels.closed(by: ball).labels == fixture.closed.labelMap(7).labels)
    #expect(try labels.opened(by: ball).labels == fixture.opened.labelMap(7).labels)
    #expect(try labels.eroded(by: ball).labels == fixture.eroded.labelMap(7).labels)
    // Another label stays and is in the way.
    let obstacle = try #require(
      labels.labels.indices.first { labels.labels[$0] == 0 && fixture.dilated.voxels[$0] })
    labels.labels[obstacle] = 9
    let grown = try labels.dilated(by: ball, labels: [7])
    #expect(grown.labels[obstacle] == 9)
    #expect(grown.labels.count { $0 == 7 } == fixture.dilated.voxels.count { $0 } - 1)
    #expect(throws: RegionError.absentLabels([8])) { try labels.dilated(by: ball, labels: [7, 8]) }
  }

  @Test(arguments: 0..<MorphologyFixture.count) func growthStaysWhereItIsAllowed(index: Int) throws
  {
    let fixture = try MorphologyFixture(index)
    var generator = SplitMix64(seed: UInt64(index))
    let allowed = Mask(
      voxels: fixture.mask.voxels.map { _ in generator.chance(0.5) }, geometry: fixture.geometry)
    let labels = fixture.labels
    let free = try labels.dilated(by: try fixture.ball()).labels
    let kept = try labels.dilated(by: try fixture.ball(), inside: allowed).labels
    for voxel in free.indices {
      let isNew = labels.labels[voxel] == 0
      #expect(kept[voxel] == (isNew && !allowed.voxels[voxel] ? 0 : free[voxel]))
    }
    let other = Mask(repeating: true, geometry: Geometry(extent: Extent(x: 1, y: 1, z: 1)))
    #expect(throws: RegionError.self) {
      try labels.dilated(by: try fixture.ball(), inside: other)
    }
  }

  /// The documented numbers: a ball of 5 mm between slices 3 mm apart, and a cube.
  @Test func knownNumbersOfVoxels() throws {
    var point = Mask(
      repeating: false,
      geometry: Geometry(extent: Extent(x: 15, y: 15, z: 7), spacing: Vector3(1, 1, 3)))
    point[7, 7, 3] = true
    #expect(point.dilated(by: try Ball(radius: 5)).voxels.count { $0 } == 179)
    var cube = Mask(
      repeating: false, geometry: Geometry(extent: Extent(x: 15, y: 15, z: 15)))
    for z in 5..<10 { for y in 5..<10 { for x in 5..<10 { cube[x, y, z] = true } } }
    #expect(cube.dilated(by: try Ball(radius: 3)).voxels.count { $0 } == 871)
    #expect(cube.eroded(by: try Ball(radius: 1)).voxels.count { $0 } == 27)
  }

  /// A ball's volume within 2 % of theory; between centres of voxels a little is lost.
  @Test func dilatedBallHasTheVolumeOfTheory() throws {
    let geometry = Geometry(extent: Extent(x: 83, y: 83, z: 83))
    var mask = Mask(repeating: false, geometry: geometry)
    for voxel in positions(geometry.extent) {
      let offset = Vector3(Double(voxel.x - 41), Double(voxel.y - 41), Double(voxel.z - 41))
      mask[voxel.x, voxel.y, voxel.z] = offset.length <= 20
    }
    let volume = Double(mask.dilated(by: try Ball(radius: 20)).voxels.count { $0 })
    #expect(abs(volume / (4 / 3 * Double.pi * 40 * 40 * 40) - 1) < 0.02)
  }

  /// A radius in voxels is one in millimetres on a grid of 1 mm.
  @Test(arguments: 0..<MorphologyFixture.count, [nil, GridAxis.x, .y, .z])
  func voxelsAreMillimetresOfUnitSpacing(index: Int, axis: GridAxis?) throws {
    let fixture = try MorphologyFixture(index)
    var geometry = fixture.geometry
    geometry.spacing = Vector3(1, 1, 1)
    let mask = Mask(voxels: fixture.mask.voxels, geometry: geometry)
    let expected = mask.dilated(by: try Ball(radius: 2.3, sliceAxis: axis))
    let found = fixture.mask.dilated(
      by: try Ball(radius: 2.3, unit: .voxels, sliceAxis: axis))
    #expect(found.voxels == expected.voxels)
  }

  /// Disks in slices perpendicular to every axis are those of the slices one by one.
  @Test(arguments: 0..<MorphologyFixture.count, GridAxis.allCases)
  func slicesAreApart(index: Int, axis: GridAxis) throws {
    let fixture = try MorphologyFixture(index)
    let (mask, extent) = (fixture.mask, fixture.geometry.extent)
    let disk = try fixture.ball(axis)
    let (dilated, eroded) = (mask.dilated(by: disk), mask.eroded(by: disk, outside: .background))
    let count = [GridAxis.x: extent.x, .y: extent.y, .z: extent.z][axis] ?? 0
    for place in 0..<count {
      let box = VoxelBox(
        x: axis == .x ? place..<place + 1 : 0..<extent.x,
        y: axis == .y ? place..<place + 1 : 0..<extent.y,
        z: axis == .z ? place..<place + 1 : 0..<extent.z)
      let slice = mask.cropped(to: box)
      let ball = try fixture.ball()
      #expect(dilated.cropped(to: box).voxels == slice.dilated(by: ball).voxels)
      // A slice by itself has borders on all sides; a disk does not reach those across it.
      let wide = VoxelBox(
        x: axis == .x ? -9..<10 : -1..<box.x.count + 1,
        y: axis == .y ? -9..<10 : -1..<box.y.count + 1,
        z: axis == .z ? -9..<10 : -1..<box.z.count + 1)
      var thick = slice.cropped(to: wide)
      for voxel in positions(thick.extent) {
        let source = (
          x: axis == .x ? 0 : voxel.x - 1, y: axis == .y ? 0 : voxel.y - 1,
          z: axis == .z ? 0 : voxel.z - 1
        )
        guard 0..<slice.extent.x ~= source.x, 0..<slice.extent.y ~= source.y,
          0..<slice.extent.z ~= source.z
        else { continue }
        thick[voxel.x, voxel.y, voxel.z] = slice[source.x, source.y, source.z]
      }
      let middle = VoxelBox(
        x: axis == .x ? 9..<10 : 1..<thick.extent.x - 1,
        y: axis == .y ? 9..<10 : 1..<thick.extent.y - 1,
        z: axis == .z ? 9..<10 : 1..<thick.extent.z - 1)
      let expected = thick.eroded(by: ball).cropped(to: middle)
      #expect(eroded.cropped(to: box).voxels == expected.voxels)
    }
  }

  @Test func emptyFullAndAbsurdMasks() throws {
    let geometry = Geometry(extent: Extent(x: 5, y: 4, z: 3), spacing: Vector3(1, 2, 3))
    let none = Mask(repeating: false, geometry: geometry)
    let all = Mask(repeating: true, geometry: geometry)
    let ball = try Ball(radius: 1e12)
    #expect(none.dilated(by: ball).voxels == none.voxels)
    #expect(none.eroded(by: ball).voxels == none.voxels)
    #expect(try none.closed(by: ball).voxels == none.voxels)
    #expect(all.dilated(by: ball).voxels == all.voxels)
    #expect(all.eroded(by: ball).voxels == all.voxels)
    #expect(all.eroded(by: ball, outside: .background).voxels == none.voxels)
    #expect(throws: RegionError.self) { try all.closed(by: ball) }
    let still = try Ball(radius: 0)
    #expect(all.eroded(by: still, outside: .background).voxels == all.voxels)
    for radius in [-1, .infinity, .nan] {
      #expect(throws: RegionError.self) { try Ball(radius: radius) }
    }
    let nothing = Mask(repeating: true, geometry: Geometry(extent: Extent(x: 0, y: 3, z: 2)))
    #expect(nothing.dilated(by: ball).voxels.isEmpty)
    #expect(nothing.box == nil)
  }

  /// Steps beyond 16 bits.
  @Test func longRowsAreMeasured() {
    var mask = Mask(
      repeating: false, geometry: Geometry(extent: Extent(x: 70_000, y: 2, z: 1)))
    mask[3, 1, 0] = true
    let distances = mask.distancesToMask
    #expect(distances[69_999, 1, 0] == 69_996)
    #expect(distances[3, 0, 0] == 1)
    let squares = mask.squaredDistancesToMask
    #expect(squares[69_999, 0, 0] == 69_996 * 69_996 + 1)
  }

  @Test(arguments: 0..<MorphologyFixture.count) func signedDistancesHaveBothSides(index: Int) throws
  {
    let mask = try MorphologyFixture(index).mask
    let signed = mask.signedDistances.voxels
    let outside = mask.distancesToMask.voxels
    let inside = Mask(voxels: mask.voxels.map { !$0 }, geometry: mask.geometry)
      .distancesToMask.voxels
    for voxel in signed.indices {
      #expect(signed[voxel] == (mask.voxels[voxel] ? -inside[voxel] : outside[voxel]))
    }
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let fixture = try MorphologyFixture(0)
    let ball = try fixture.ball()
    let serial = try ThreadBudget.serially { try fixture.labels.dilated(by: ball).labels }
    #expect(try fixture.labels.dilated(by: ball).labels == serial)
  }
}
