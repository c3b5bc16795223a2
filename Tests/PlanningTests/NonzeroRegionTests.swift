import Planning
import RandomNumbers
import TestSupport
import Testing
import Volumes

@Suite struct NonzeroRegionTests {
  /// Random blobs: a voxel is 0 with the given chance.
  private func image(_ shape: Shape3, zeros: Double, seed: UInt32) -> VoxelArray<Float> {
    var generator = MersenneTwister(seed: seed)
    return VoxelArray(
      shape: shape,
      elements: (0..<shape.count).map { _ in
        Double(generator.next()) / 4_294_967_296 < zeros ? 0 : 1
      })
  }

  /// Dilates the outside into the background until nothing changes, as scipy does.
  private func slowMask(_ channels: [VoxelArray<Float>]) -> VoxelArray<Bool> {
    let shape = channels[0].shape
    let isObject = (0..<shape.count).map { index in channels.contains { $0.elements[index] != 0 } }
    var outside = VoxelArray(repeating: false, shape: shape)
    var changed = true
    while changed {
      changed = false
      for i in 0..<shape.depth {
        for j in 0..<shape.height {
          for k in 0..<shape.width {
            if outside[i, j, k] || isObject[(i * shape.height + j) * shape.width + k] { continue }
            var touches = false
            for (di, dj, dk) in [
              (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1),
            ] {
              let (a, b, c) = (i + di, j + dj, k + dk)
              let isInside =
                0..<shape.depth ~= a && 0..<shape.height ~= b && 0..<shape.width ~= c
              if !isInside || outside[a, b, c] { touches = true }
            }
            if touches {
              outside[i, j, k] = true
              changed = true
            }
          }
        }
      }
    }
    return VoxelArray(shape: shape, elements: outside.elements.map { !$0 })
  }

  @Test(arguments: [0.3, 0.6, 0.85, 0.97], 1...5 as ClosedRange<UInt32>)
  func equalsSlowReference(zeros: Double, seed: UInt32) {
    let shape = Shape3(7, 6, 9)
    let channels = [
      image(shape, zeros: zeros, seed: seed), image(shape, zeros: 0.99, seed: seed + 100),
    ]
    let region = NonzeroRegion(of: channels)
    let slow = slowMask(channels)
    #expect(slow.cropped(to: region.box).elements == region.mask.elements)
    // The box is tight: it holds the whole mask, and every face touches it.
    let inside = slow.elements.count { $0 }
    #expect(region.mask.elements.count { $0 } == inside)
    for axis in 0..<3 {
      for end in [region.box.lower[axis], region.box.upper[axis] - 1] {
        var slab = region.box
        slab.lower[axis] = end
        slab.upper[axis] = end + 1
        #expect(slow.cropped(to: slab).elements.contains(true))
      }
    }
  }

  @Test func holesAreFilledInVolumesOnly() {
    var shell = VoxelArray<Float>(repeating: 1, shape: Shape3(5, 5, 5))
    for i in 1..<4 { for j in 1..<4 { for k in 1..<4 { shell[i, j, k] = 0 } } }
    #expect(NonzeroRegion(of: [shell]).mask.elements.allSatisfy { $0 })
    // A single slice touches the outside everywhere.
    let ring = VoxelArray<Float>(
      shape: Shape3(1, 3, 3), elements: [1, 1, 1, 1, 0, 1, 1, 1, 1])
    #expect(NonzeroRegion(of: [ring]).mask[0, 1, 1] == false)
    shell[0, 2, 2] = 0
    #expect(NonzeroRegion(of: [shell]).mask[2, 2, 2] == false)
  }

  @Test func emptyImageKeepsItsBox() {
    let region = NonzeroRegion(of: [VoxelArray(repeating: 0, shape: Shape3(2, 3, 4))])
    #expect(region.box == ArrayBox(whole: Shape3(2, 3, 4)))
    #expect(region.mask.elements.allSatisfy { !$0 })
  }

  @Test func labelsAreMarked() {
    var image = VoxelArray<Float>(repeating: 0, shape: Shape3(1, 3, 4))
    image[0, 1, 1] = .nan
    image[0, 2, 2] = -1
    var labels = VoxelArray<UInt16>(repeating: 0, shape: image.shape)
    labels[0, 1, 2] = 3
    labels[0, 0, 0] = 5
    let region = NonzeroRegion(of: [image])
    #expect(region.box == ArrayBox(lower: [0, 1, 1], upper: [1, 3, 3]))
    #expect(region.markedLabels(labels).elements == [0, 3, -1, 0])
    #expect(region.markedLabels(nil).elements == [0, -1, -1, 0])
  }

  @Test func boxesTransposeAndCrop() {
    let box = ArrayBox(lower: [0, 1, 2], upper: [1, 3, 5])
    #expect(box.transposed(by: [2, 0, 1]) == ArrayBox(lower: [2, 0, 1], upper: [5, 1, 3]))
    let array = VoxelArray(shape: Shape3(2, 3, 5), elements: Array(0..<30))
    #expect(array.cropped(to: box).elements == [7, 8, 9, 12, 13, 14])
  }
}
