import JSONDocuments
import Raters
import RegionsOfInterest
import Safetensors
import TestSupport
import Testing
import Volumes

@Suite struct ConsensusTests {
  private static let geometry = Geometry(
    extent: Extent(x: 11, y: 10, z: 8), spacing: Vector3(1, 2, 3))

  /// The same mask as SimpleITK on the whole grid; weights to 5e-5 and performances to 1e-5, since the two
  /// stop at different rounds near the same end.
  @Test(arguments: 0..<10) func binaryStapleEqualsSimpleITK(index: Int) throws {
    let documents = try #require(
      try JSONValue(contentsOf: fixturePath("consensus.json")).array)
    let document = documents[index]
    let file = try SafetensorsFile(contentsOf: fixturePath("consensus.safetensors"))
    let count = try #require(document["raters"]?.int)
    let bits = try file.bytes("\(index)/masks")
    let masks = (0..<count).map { rater in
      LabelMap(labels: bits.map { UInt16($0 >> UInt8(rater) & 1) }, geometry: Self.geometry)
    }
    let found = try RaterVotes(masks).staple()
    let weights = try file.floats("\(index)/weights")
    #expect(largestDifference(found.probability.voxels, weights).value < 5e-5)
    #expect(found.mask.labels == weights.map { $0 > 0.5 ? 1 : 0 })
    let sensitivity = try #require(document["sensitivity"]?.doubles)
    let specificity = try #require(document["specificity"]?.doubles)
    for (rater, performance) in found.raters.enumerated() {
      #expect(abs((performance.sensitivity[1] ?? .nan) - sensitivity[rater]) < 1e-5)
      #expect(abs((performance.specificity[1] ?? .nan) - specificity[rater]) < 1e-5)
    }
  }

  @Test(arguments: 0..<4) func labelConsensusEqualsSimpleITK(index: Int) throws {
    let (masks, file) = try labelMaps(index)
    let votes = try RaterVotes(masks)
    let majority = try file.bytes("\(index)/majority").map { UInt16($0) }
    #expect(try votes.majority(ties: .undecided).mask.labels == majority)
    var settings = STAPLESettings()
    settings.ties = .undecided
    let staple = try file.bytes("\(index)/staple").map { UInt16($0) }
    #expect(try votes.staple(settings).mask.labels == staple)
  }

  private func labelMaps(_ index: Int) throws -> ([LabelMap], SafetensorsFile) {
    let file = try SafetensorsFile(contentsOf: fixturePath("label_consensus.safetensors"))
    let packed = try file.bytes("\(index)/maps")
    let masks = (0..<3 + index % 2).map { rater in
      LabelMap(
        labels: packed.map { UInt16($0 >> UInt8(2 * rater) & 3) }, geometry: Self.geometry)
    }
    return (masks, file)
  }

  @Test func votesByHand() throws {
    let line = Geometry(extent: Extent(x: 6, y: 1, z: 1))
    let masks = [
      [0, 1, 1, 2, 0, 2], [0, 1, 2, 0, 0, 2], [1, 1, 0, 0, 0, 2], [1, 1, 0, 2, 0, 2],
    ]
    .map { LabelMap(labels: $0.map { UInt16($0) }, geometry: line) }
    let votes = try RaterVotes(masks)
    #expect(votes.labels == [0, 1, 2])
    #expect(votes.counts.reduce(0, +) == 6)
    #expect(try votes.majority().mask.labels == [0, 1, 0, 0, 0, 2])
    #expect(try votes.majority(ties: .largest).mask.labels == [1, 1, 0, 2, 0, 2])
    #expect(try votes.majority(ties: .undecided).mask.labels == [3, 1, 0, 3, 0, 2])
    #expect(votes.union.mask.labels == [1, 1, 1, 2, 0, 2])
    #expect(votes.intersection.mask.labels == [0, 1, 0, 0, 0, 2])
    #expect(votes.union.probability.voxels == [0.5, 1, 0.5, 0.5, 0, 1])
    // The third rater has the majority's only one and one more.
    let performance = try votes.majority().raters[2]
    #expect(performance.sensitivity == [1: 1, 2: 1])
    #expect(performance.specificity == [1: 0.8, 2: 1])
  }

  /// Three raters that agree nearly and one that does not: the outlier is dropped.
  @Test func simpleDropsTheOutlier() throws {
    let grid = Geometry(extent: Extent(x: 20, y: 20, z: 1))
    func square(_ x: Int, _ y: Int, _ size: Int) -> LabelMap {
      var map = LabelMap(labels: Array(repeating: 0, count: 400), geometry: grid)
      for row in y..<y + size { for column in x..<x + size { map[column, row, 0] = 4 } }
      return map
    }
    let votes = try RaterVotes([square(5, 5, 8), square(5, 5, 9), square(5, 6, 8), square(1, 1, 5)])
    let found = try votes.simple()
    #expect(found.raters.map(\.isUsed) == [true, true, true, false])
    let others = try RaterVotes([square(5, 5, 8), square(5, 5, 9), square(5, 6, 8)])
    #expect(found.mask.labels == (try others.asOneStructure.majority().mask.labels))
    #expect(throws: RatersError.tooFewRaters(found: 1, needed: 2)) {
      try RaterVotes([square(1, 1, 2)]).simple()
    }
  }

  @Test func emptyAndUnequalMasks() throws {
    let grid = Geometry(extent: Extent(x: 3, y: 2, z: 1))
    let none = LabelMap(labels: Array(repeating: 0, count: 6), geometry: grid)
    let votes = try RaterVotes([none, none, none])
    for consensus in [
      try votes.majority(), votes.union, votes.intersection, try votes.staple(),
      try votes.simple(),
    ] {
      #expect(consensus.mask.labels == none.labels)
      #expect(consensus.probability.voxels.allSatisfy { $0 == 0 })
    }
    var moved = none
    moved.geometry.origin.x = 1
    #expect(throws: RatersError.self) { try RaterVotes([none, moved]) }
    #expect(throws: RatersError.tooFewRaters(found: 0, needed: 1)) { try RaterVotes([]) }
    let full = LabelMap(labels: Array(repeating: .max, count: 6), geometry: grid)
    #expect(throws: RatersError.noUndecidedLabel) {
      try RaterVotes([none, full]).majority(ties: .undecided)
    }
  }

  /// Each rater against STAPLE of the other two, made anew from their masks.
  @Test func leaveOneOutIsSTAPLEOfTheOthers() throws {
    let grid = Geometry(extent: Extent(x: 20, y: 20, z: 3))
    let masks = (0..<4).map { rater in
      LabelMap(
        labels: (0..<grid.extent.count).map { voxel in
          let (x, y) = (voxel % 20, voxel / 20 % 20)
          return x > 3 + rater && x < 14 && y > 4 && y < 15 - rater % 2 ? 7 : 0
        }, geometry: grid)
    }
    let margin = try Ball(radius: 4)
    let found = try RaterVotes(masks).leaveOneOutDice(on: 7, margin: margin)
    for (rater, mask) in masks.enumerated() {
      var others = masks
      others.remove(at: rater)
      var settings = STAPLESettings()
      settings.margin = margin
      let staple = try RaterVotes(others).staple(settings).mask
      let both = zip(mask.labels, staple.labels).count { $0 == 7 && $1 == 7 }
      let all = mask.labels.count { $0 == 7 } + staple.labels.count { $0 == 7 }
      #expect(abs(found[rater] - Double(2 * both) / Double(all)) < 1e-12)
      #expect(found[rater] > 0.6 && found[rater] < 1)
    }
    let empty = try RaterVotes(masks).leaveOneOutDice(on: 3, margin: margin)
    #expect(empty.allSatisfy { $0.isNaN })
    #expect(throws: RatersError.tooFewRaters(found: 2, needed: 3)) {
      try RaterVotes(Array(masks.prefix(2))).leaveOneOutDice(on: 7, margin: margin)
    }
  }
}
