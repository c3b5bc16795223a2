import Augmentation
import RandomNumbers
import Testing
import Volumes

@Suite struct SamplingTests {
  @Test func enlargedPatchesEqualTheReferences() throws {
    let table = try Fixture.table("enlarged_patches").map { $0.map { $0.map { Int($0) } } }
    #expect(table.count == 60)
    for line in table {
      let geometry = try PatchGeometry(patchSize: line[0])
      let enlarged = Array(geometry.enlargedShape.lengths.suffix(line[0].count))
      #expect(enlarged == line[1], "patch \(line[0])")
      let degrees = geometry.rotationRange.upperBound * 180 / Float.pi
      #expect(Int(degrees.rounded()) == line[2][0])
      #expect(geometry.rotationRange.lowerBound == -geometry.rotationRange.upperBound)
      #expect(geometry.isDummy2D == (line[2][1] == 1))
      // The reference counts a 2-D plan's axes from 0, a patch (1, y, x) has them at 1 and 2.
      let mirrored = line[2][2...].map { $0 + 3 - line[0].count }
      #expect((0..<3).filter { geometry.mirrorAxes.contains(axis: $0) } == mirrored)
      #expect(geometry.space == (line[0].count == 2 || geometry.isDummy2D ? .slices : .volume))
    }
  }

  @Test func startsEqualTheReferences() throws {
    let table = try Fixture.table("starts").map { $0.map { $0.map { Int($0) } } }
    #expect(table.count == 60)
    for line in table {
      let sampler = PatchSampler(cutShape: Shape3(line[2]), finalShape: Shape3(line[1]))
      let ranges = sampler.startRanges(in: Shape3(line[0]))
      #expect(ranges.flatMap { [$0.lowerBound, $0.upperBound] } == line[3])
      let voxel = VoxelIndex(line[4][0], line[4][1], line[4][2])
      var generator = SplitMix64(seed: 1)
      let start = sampler.drawStart(
        in: Shape3(line[0]), locations: VoxelLists([[], [voxel]]), focus: .foreground,
        from: &generator)
      #expect(start == VoxelIndex(line[5][0], line[5][1], line[5][2]))
    }
  }

  @Test func lastThirdOfABatchIsForced() throws {
    let geometry = try PatchGeometry(patchSize: [40, 56, 40])
    for line in try Fixture.table("forced_patches") {
      let sampler = PatchSampler(training: geometry, batchSize: Int(line[0][0]))
      let forced = (0..<sampler.batchSize).map { sampler.focus(ofPatch: $0) == .foreground }
      #expect(forced.count(where: { $0 }) == Int(line[0][1]))
      #expect(forced == forced.sorted { !$0 && $1 })
    }
  }

  @Test func freeStartsAreUniform() throws {
    let sampler = PatchSampler(cutShape: Shape3(10, 9, 8), finalShape: Shape3(6, 6, 6))
    let ranges = sampler.startRanges(in: Shape3(12, 4, 9))
    var generator = SplitMix64(seed: 2)
    var counts = ranges.map { [Int](repeating: 0, count: $0.count) }
    let draws = 20_000
    for _ in 0..<draws {
      let start = sampler.drawStart(
        in: Shape3(12, 4, 9), locations: VoxelLists([]), focus: .anywhere, from: &generator)
      for axis in 0..<3 { counts[axis][start[axis] - ranges[axis].lowerBound] += 1 }
    }
    for axis in 0..<3 {
      let share = 1 / Double(ranges[axis].count)
      let error = (share * (1 - share) / Double(draws)).squareRoot()
      for count in counts[axis] { #expect(abs(Double(count) / Double(draws) - share) < 5 * error) }
    }
  }

  @Test func forcedClassesAreUniformAmongThosePresent() {
    let sampler = PatchSampler(cutShape: Shape3(2, 2, 2), finalShape: Shape3(2, 2, 2))
    // Class 0 has one voxel, class 1 none, class 2 three, class 3 is "annotated".
    let lists = VoxelLists(
      [[10], [], [20, 21, 22], [30, 31]].map { $0.map { VoxelIndex($0, $0, $0) } },
      annotatedClass: 3)
    var generator = SplitMix64(seed: 4)
    var counts: [Int: Int] = [:]
    for _ in 0..<12_000 {
      let start = sampler.drawStart(
        in: Shape3(40, 40, 40), locations: lists, focus: .foreground, from: &generator)
      counts[start.z + 1, default: 0] += 1
    }
    #expect(Set(counts.keys) == [10, 20, 21, 22])
    for (voxel, share) in [(10, 0.5), (20, 1.0 / 6), (21, 1.0 / 6), (22, 1.0 / 6)] {
      let error = (share * (1 - share) / 12_000).squareRoot()
      #expect(abs(Double(counts[voxel] ?? 0) / 12_000 - share) < 5 * error)
    }
    // With an ignore label free patches contain an annotated voxel, and forced ones do where nothing else is.
    var alone = lists
    alone.lists[0] = []
    alone.lists[2] = []
    for (locations, focus) in [(lists, PatchSampler.Focus.anywhere), (alone, .foreground)] {
      let start = sampler.drawStart(
        in: Shape3(40, 40, 40), locations: locations, focus: focus, from: &generator)
      #expect([29, 30].contains(start.z))
    }
  }

  @Test func positionsInMemoryBecomeIndices() {
    let shape = Shape3(2, 3, 4)
    var position = 0
    for z in 0..<2 {
      for y in 0..<3 {
        for x in 0..<4 {
          #expect(VoxelIndex(position: position, in: shape) == VoxelIndex(z, y, x))
          position += 1
        }
      }
    }
  }

  @Test func wrongPatchSizesAreRefused() {
    for size in [[], [4], [0, 4, 4], [1, 2, 3, 4]] {
      #expect(throws: AugmentationError.invalidPatchSize(size)) {
        try PatchGeometry(patchSize: size)
      }
    }
  }
}

extension PatchSampler {
  /// A sampler of one patch with freely chosen shapes.
  fileprivate init(cutShape: Shape3, finalShape: Shape3) {
    self.init(cutShape: cutShape, finalShape: finalShape, batchSize: 1, foregroundShare: 0.33)
  }
}
