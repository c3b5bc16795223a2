import Inference
import JSONDocuments
import Safetensors
import TestSupport
import Testing
import Volumes

struct WindowGridTests {
  @Test func startsEqualTheReference() throws {
    let entries = try #require(try Fixture.document("windows").array)
    #expect(entries.count > 15)
    for entry in entries {
      let (image, window) = (
        try #require(entry["image"]?.int), try #require(entry["window"]?.int)
      )
      let step = try #require(entry["step"]?.double)
      for axis in 0..<3 {
        var (shape, extent) = (Shape3(9, 9, 9), Shape3(9, 9, 9))
        (shape[axis], extent[axis]) = (image, window)
        let grid = WindowGrid(shape, window: extent, step: step)
        #expect(
          grid.starts[axis] == entry["starts"]?.ints, "\(image) voxels, window \(window), \(step)")
      }
    }
  }

  @Test func windowsCoverTheImageFromEdgeToEdge() {
    for length in 16...80 {
      let starts = WindowGrid(
        Shape3(length, 16, 16), window: Shape3(16, 16, 16), step: 0.5
      ).starts[0]
      #expect(starts.first == 0 && starts.last == length - 16)
      #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 < $1 && $1 - $0 <= 8 })
    }
  }

  @Test func everySliceIsVisitedOnce() {
    let grid = WindowGrid(Shape3(7, 20, 12), window: Shape3(1, 12, 12), step: 0.5)
    #expect(grid.starts == [Array(0..<7), [0, 4, 8], [0]])
    #expect(grid.count == 21)
    #expect(grid.origin(4) == (1, 4, 0))
  }
}

struct WindowWeightsTests {
  @Test func weightsEqualTheReference() throws {
    let file = try Fixture.tensors("gaussians")
    var compared = 0
    for name in file.names where !name.contains(".") {
      let lengths = name.split(separator: "x").compactMap { Int($0) }
      let window = Shape3(Array(repeating: 1, count: 3 - lengths.count) + lengths)
      expectEqual(windowWeights(window), try file.floats(name), name)
      compared += 1
    }
    #expect(compared == 7)
  }

  @Test(arguments: [Shape3(40, 56, 40), Shape3(96, 96, 96), Shape3(28, 256, 256)])
  func weightsOfLargeWindowsEqualTheReference(window: Shape3) throws {
    let file = try Fixture.tensors("gaussians")
    let name = window.lengths.map(String.init).joined(separator: "x")
    let weights = VoxelArray(shape: window, elements: windowWeights(window))
    let shortest = window.lengths.min() ?? 0
    expectEqual(
      (0..<shortest).map { weights[$0, $0, $0] }, try file.floats("\(name).diagonal"), name)
    let middle = (0..<window.width).map { weights[window.depth / 2, window.height / 2, $0] }
    expectEqual(middle, try file.floats("\(name).last"), name)
    let corner = (0..<window.width).map { weights[0, 0, $0] }
    expectEqual(corner, try file.floats("\(name).corner"), name)
    #expect(weights.elements.max() == 10)
    #expect(weights.elements.allSatisfy { $0 > 0 })
  }

  /// Equal but for the last bit of half precision, where a double lies next to a rounding border.
  private func expectEqual(_ found: [Float], _ expected: [Float], _ name: String) {
    #expect(found.count == expected.count)
    let isClose = zip(found, expected).allSatisfy { found, expected in
      abs(Float16(found).bitPattern.distance(to: Float16(expected).bitPattern)) <= 1
    }
    #expect(isClose, "\(name)")
    let equal = zip(found, expected).count { $0 == $1 }
    #expect(Double(equal) >= 0.99 * Double(expected.count), "\(name): \(equal) equal")
  }
}
