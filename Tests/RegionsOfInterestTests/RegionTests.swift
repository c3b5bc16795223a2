import RandomNumbers
import RegionsOfInterest
import TestSupport
import Testing
import Volumes

/// Shells, components, holes, smoothing, set operations.
@Suite struct RegionTests {
  @Test(arguments: 0..<MorphologyFixture.count) func shellsEqualScipy(index: Int) throws {
    let fixture = try MorphologyFixture(index)
    let (map, shells) = try fixture.mask.shells(try Shells(limits: [-2, 0, 1.5, 4]))
    #expect(map.labels == fixture.shells)
    #expect(shells.map(\.name) == ["rim_0_2", "peri_0_1.5", "peri_1.5_4"])
    #expect(shells.map(\.label) == [1, 2, 3])
    #expect(shells.map(\.voxels) == [1, 2, 3].map { label in map.labels.count { $0 == label } })
    #expect(shells.allSatisfy { $0.removedShare == 0 || $0.removedShare.isNaN })
    let band = try fixture.mask.shells(try Shells(limits: [-1.5, 2]))
    #expect(band.map.labels == fixture.band.labelMap().labels)
    #expect(band.shells[0].name == "band_-1.5_2")
  }

  /// Disjoint, and together what one dilation has more than another; inside, what an erosion takes.
  @Test(arguments: 0..<MorphologyFixture.count) func shellsPartitionDilations(index: Int) throws {
    let mask = try MorphologyFixture(index).mask
    let limits = [1.0, 2, 3.5]
    let map = try mask.shells(try Shells(limits: limits)).map
    for (label, (lower, upper)) in zip(1..., zip(limits, limits.dropFirst())) {
      let inner = mask.dilated(by: try Ball(radius: lower))
      let outer = mask.dilated(by: try Ball(radius: upper))
      let expected = try outer.combined(.difference, with: inner)
      #expect(map.mask(of: [UInt16(label)]).voxels == expected.voxels)
    }
    let rim = try mask.shells(try Shells(limits: [-2, 0])).map
    let expected = try mask.combined(.difference, with: mask.eroded(by: try Ball(radius: 2)))
    #expect(rim.mask(of: [1]).voxels == expected.voxels)
  }

  @Test func tumourAndConstraint() throws {
    let fixture = try MorphologyFixture(0)
    let mask = fixture.mask
    var shells = try Shells(limits: [0, 2, 4])
    shells.tumour = .inFirstShell
    let joined = try mask.shells(shells).map
    #expect(joined.mask(of: [1]).voxels == mask.dilated(by: try Ball(radius: 2)).voxels)
    shells.tumour = .underItsOwnLabel
    let labelled = try mask.shells(shells)
    #expect(labelled.map.mask(of: [1]).voxels == mask.voxels)
    #expect(labelled.shells.map(\.label) == [2, 3])
    // Half of the grid is allowed.
    var allowed = Mask(repeating: true, geometry: mask.geometry)
    for voxel in positions(mask.extent) where voxel.x < 9 {
      allowed[voxel.x, voxel.y, voxel.z] = false
    }
    let cut = try mask.shells(shells, inside: allowed)
    for voxel in mask.voxels.indices {
      let label = labelled.map.labels[voxel]
      #expect(cut.map.labels[voxel] == (label > 1 && !allowed.voxels[voxel] ? 0 : label))
    }
    for (all, some) in zip(labelled.shells, cut.shells) {
      #expect(abs(some.removedShare - (1 - Double(some.voxels) / Double(all.voxels))) < 1e-12)
      #expect(some.voxels < all.voxels)
    }
    for limits in [[1], [0, 0], [2, 1], [0, .nan], [0, .infinity]] {
      #expect(throws: RegionError.self) { try Shells(limits: limits) }
    }
    let none = Mask(repeating: false, geometry: mask.geometry)
    #expect(try none.shells(shells).map.labels.allSatisfy { $0 == 0 })
  }

  @Test(arguments: 0..<MorphologyFixture.count) func componentsEqualCc3d(index: Int) throws {
    let fixture = try MorphologyFixture(index)
    let map = fixture.mask.labelMap(3)
    let largest = try map.keepingComponents(meeting: [.largest(1)], connectivity: .faces)
    #expect(largest.map.labels == fixture.largest.labelMap(3).labels)
    // Ten voxels, in ml.
    let volume = 10 * fixture.geometry.voxelVolume / 1000
    let enough = try map.keepingComponents(meeting: [.minimumVolume(volume)])
    #expect(enough.map.labels == fixture.atLeastTen.labelMap(3).labels)
    #expect(enough.components.map(\.voxels).reduce(0, +) == fixture.mask.voxels.count { $0 })
    #expect(enough.components.allSatisfy { $0.isKept == ($0.voxels >= 10) && $0.label == 3 })
  }

  @Test func componentsBySeedAndNumber() throws {
    let geometry = Geometry(extent: Extent(x: 12, y: 1, z: 1))
    let map = LabelMap(labels: [1, 1, 0, 1, 0, 2, 2, 2, 0, 1, 1, 2], geometry: geometry)
    var seed = Mask(repeating: false, geometry: geometry)
    seed.voxels[3] = true
    seed.voxels[11] = true
    let touched = try map.keepingComponents(meeting: [.touching(seed)])
    #expect(touched.map.labels == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2])
    let numbered = try map.keepingComponents(meeting: [], numbering: .oneLabelEach)
    #expect(numbered.map.labels == [1, 1, 0, 3, 0, 4, 4, 4, 0, 2, 2, 5])
    #expect(numbered.components.map(\.label) == [1, 1, 1, 2, 2])
    let first = try map.keepingComponents(meeting: [.largest(1)], labels: [1])
    #expect(first.map.labels == [1, 1, 0, 0, 0, 2, 2, 2, 0, 0, 0, 2])
    let two = try map.keepingComponents(
      meeting: [.minimumVolume(0.002), .largest(1)], labels: [1])
    #expect(two.components.map(\.isKept) == [true, false, false])
    let many = LabelMap(
      labels: (0..<140_000).map { UInt16($0 % 2) },
      geometry: Geometry(extent: Extent(x: 140_000, y: 1, z: 1)))
    #expect(throws: RegionError.tooManyParts(70_000)) {
      try many.keepingComponents(meeting: [], numbering: .oneLabelEach)
    }
  }

  @Test(arguments: 0..<MorphologyFixture.count) func holesEqualScipy(index: Int) throws {
    let fixture = try MorphologyFixture(index)
    #expect(fixture.mask.holesFilled().voxels == fixture.filled.voxels)
    #expect(fixture.mask.holesFilled(sliceAxis: .z).voxels == fixture.filledSlices.voxels)
  }

  @Test func holesOfLabelsKeepWhatTheyHold() throws {
    // A ring of 1 with a 2 in its hole, in every slice; open along z.
    let geometry = Geometry(extent: Extent(x: 5, y: 5, z: 2))
    let slice: [UInt16] = [
      1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 2, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1,
    ]
    let map = LabelMap(labels: slice + slice, geometry: geometry)
    #expect(try map.holesFilled().labels == map.labels)
    let filled = try map.holesFilled(sliceAxis: .z)
    #expect(filled.labels == map.labels.map { $0 == 0 ? 1 : $0 })
    // The hole has 9 voxels of 1 mm³.
    #expect(try map.holesFilled(sliceAxis: .z, upTo: 0.009).labels == filled.labels)
    #expect(try map.holesFilled(sliceAxis: .z, upTo: 0.008).labels == map.labels)
    for axis in [GridAxis.x, .y] {
      // Across x or y a hole is open where the ring has two slices only.
      #expect(try map.holesFilled(sliceAxis: axis).labels == map.labels)
    }
  }

  @Test(arguments: 0..<MorphologyFixture.count) func smoothingEqualsScipy(index: Int) throws {
    let fixture = try MorphologyFixture(index)
    let width = try SmoothingWidth(millimetres: fixture.width)
    let smooth = try fixture.mask.labelMap(4).smoothed(by: width)
    #expect(smooth.labels == fixture.smoothed.labelMap(4).labels)
    #expect(try fixture.labels.smoothed(by: width).labels == fixture.smoothedMap.labels)
  }

  @Test func smoothingKeepsOthersAndFarBorders() throws {
    let fixture = try MorphologyFixture(0)
    let width = try SmoothingWidth(millimetres: 1)
    let some = try fixture.labels.smoothed(by: width, labels: [2])
    for (before, after) in zip(fixture.labels.labels, some.labels) where before != 0 && before != 2
    {
      #expect(after == before)
    }
    // Wider than the grid: a mask that fills it stays.
    let all = Mask(repeating: true, geometry: fixture.geometry).labelMap()
    #expect(try all.smoothed(by: try SmoothingWidth(millimetres: 500)).labels == all.labels)
    for width in [0, -1, .nan, .infinity] {
      #expect(throws: RegionError.self) { try SmoothingWidth(millimetres: width) }
    }
  }

  @Test(arguments: SetOperation.allCases) func setOperationsByHand(operation: SetOperation) throws {
    let geometry = Geometry(extent: Extent(x: 4, y: 1, z: 1))
    let a = Mask(voxels: [false, false, true, true], geometry: geometry)
    let b = Mask(voxels: [false, true, false, true], geometry: geometry)
    let expected: [SetOperation: [Bool]] = [
      .union: [false, true, true, true], .intersection: [false, false, false, true],
      .difference: [false, false, true, false], .exclusiveOr: [false, true, true, false],
    ]
    #expect(try a.combined(operation, with: b).voxels == expected[operation])
    var shifted = b
    shifted.geometry.origin.x = 0.2
    #expect(throws: RegionError.self) { try a.combined(operation, with: shifted) }
  }

  @Test func othersComeToTheGrid() throws {
    let fine = Geometry(extent: Extent(x: 8, y: 2, z: 2), spacing: Vector3(0.5, 1, 1))
    let coarse = Geometry(
      extent: Extent(x: 4, y: 2, z: 2), origin: Vector3(0.25, 0, 0))
    let map = LabelMap(
      labels: (0..<16).map { UInt16($0 % 4 == 1 ? 3 : 0) }, geometry: coarse)
    let (moved, isResampled) = try map.aligned(with: fine)
    #expect(isResampled)
    // Voxels of the fine grid lie in pairs in those of the coarse one.
    #expect(moved.labels == (0..<32).map { UInt16($0 % 8 / 2 == 1 ? 3 : 0) })
    var rounded = coarse
    rounded.origin.x += 1e-5
    let (same, isChanged) = try map.aligned(with: rounded)
    #expect(!isChanged)
    #expect(same.labels == map.labels)
    #expect(same.geometry.origin.x == rounded.origin.x)
  }
}
