import JSONDocuments
import Preprocessing
import RandomNumbers
import TestSupport
import Testing
import Volumes

/// Against numpy's draws in nnU-Net's `_sample_foreground_locations`; whole cases are compared in
/// `PreprocessorTests`.
@Suite struct ClassLocationSamplingTests {
  /// The labels of `pattern` in `make_fixtures.py`.
  private static func pattern(_ shape: Shape3) -> VoxelArray<Int16> {
    let labels = (0..<shape.count).map { index -> Int16 in
      switch (index * 7919 + index / 97 * 31) % 1000 {
      case 995...: 3
      case 900...: 2
      case 600...: 1
      case 100...: 0
      default: -1
      }
    }
    return VoxelArray(shape: shape, elements: labels)
  }

  @Test func largeCasesEqualTheReference() throws {
    let document = try JSONValue(contentsOf: fixtures + "/class_locations.json")
    let classes = try #require(document["classes"]?.array).compactMap(\.ints)
    let sampling = ClassLocationSampling(classes: classes)
    for size in try #require(document["sizes"]?.array) {
      let shape = Shape3(try #require(size["shape"]?.ints))
      let found = sampling.locations(in: Self.pattern(shape))
      let expected = try #require(size["classes"]?.array)
      #expect(found.count == expected.count)
      for (positions, wanted) in zip(found, expected) {
        #expect(positions.count == wanted["count"]?.int)
        #expect(positions.prefix(5).map(Int.init) == wanted["first"]?.ints)
        #expect(positions.suffix(5).map(Int.init) == wanted["last"]?.ints)
        #expect(checksum(positions) == wanted["checksum"]?.string)
      }
    }
  }

  @Test func positionsAreDifferentMembers() {
    let labels = Self.pattern(Shape3(30, 40, 50))
    let classes = [[1], [3, 1], [5], [-1, 0, 1, 2, 3]]
    let found = ClassLocationSampling(classes: classes).locations(in: labels)
    for (members, positions) in zip(classes, found) {
      let all = labels.elements.count { members.contains(Int($0)) }
      #expect(positions.count == min(all, max(10_000, Int((0.01 * Double(all)).rounded(.up)))))
      #expect(Set(positions).count == positions.count)
      #expect(positions.allSatisfy { members.contains(Int(labels.elements[Int($0)])) })
    }
  }

  /// Sizes on both sides of the choice between two ways to shuffle.
  @Test(arguments: [1, 2, 3, 64, 1000, 4099])
  func choiceIsTheFrontOfAPermutation(count: Int) {
    for size in Set([0, 1, count / 5, count / 4, count / 4 + 1, count / 2, count])
    where size <= count {
      var (one, other) = (MersenneTwister(seed: 9), MersenneTwister(seed: 9))
      let expected = one.permutation(count).prefix(size).map { Int32($0) }
      #expect(other.choice(size, of: count) == expected)
      if size > 0 { #expect(one.next() == other.next()) }
    }
  }
}
