import RandomNumbers
import RegionsOfInterest
import Testing
import Volumes

@Suite struct VoxelBoxTests {
  /// Against the smallest and largest coordinate of every label's voxels.
  @Test(arguments: 0..<10) func boxesHoldTheirLabels(seed: UInt64) {
    let labels = randomLabels(seed: seed)
    let boxes = labels.boxes
    #expect(Set(boxes.keys) == Set(labels.labels))
    for (label, box) in boxes {
      let voxels = positions(labels.extent).filter { labels[$0.x, $0.y, $0.z] == label }
      #expect(
        box.x.lowerBound == voxels.map(\.x).min() && box.x.upperBound - 1 == voxels.map(\.x).max())
      #expect(
        box.y.lowerBound == voxels.map(\.y).min() && box.y.upperBound - 1 == voxels.map(\.y).max())
      #expect(
        box.z.lowerBound == voxels.map(\.z).min() && box.z.upperBound - 1 == voxels.map(\.z).max())
    }
  }

  @Test func croppedVoxelsStayInPlace() {
    let labels = randomLabels(seed: 3)
    let box = VoxelBox(x: 2..<6, y: 1..<3, z: 3..<5)
    let part = labels.cropped(to: box)
    #expect(part.extent == box.extent)
    for voxel in positions(part.extent) {
      #expect(part[voxel.x, voxel.y, voxel.z] == labels[voxel.x + 2, voxel.y + 1, voxel.z + 3])
    }
    let moved = labels.geometry.worldPoint(ofVoxel: Vector3(2, 1, 3))
    #expect((part.geometry.origin - moved).length < 1e-12)
    #expect(part.geometry.spacing == labels.geometry.spacing)
  }

  private func randomLabels(seed: UInt64) -> LabelMap {
    var generator = SplitMix64(seed: seed)
    let geometry = Geometry(
      extent: Extent(x: 9, y: 6, z: 7), spacing: Vector3(0.5, 2, 3), origin: Vector3(1, -2, 5),
      direction: Matrix3(columns: Vector3(0, 1, 0), Vector3(-1, 0, 0), Vector3(0, 0, 1)))
    return LabelMap(
      labels: (0..<geometry.extent.count).map { _ in
        generator.chance(0.9) ? 0 : UInt16.random(in: 1...40, using: &generator)
      }, geometry: geometry)
  }
}
