import Volumes

extension PreparedImage {
  /// Smallest and largest intensity of the voxels that count.
  var range: (low: Float, high: Float) {
    var (low, high) = (Float.infinity, -Float.infinity)
    for index in image.voxels.indices where mask?[index] != 0 {
      low = min(low, image.voxels[index])
      high = max(high, image.voxels[index])
    }
    return (low, high)
  }

  /// Gives voxels that do not count the intensity of one nearby that does, so that the edge of the
  /// mask is no edge in the image.
  ///
  /// The intensities spread voxel by voxel through the faces.
  mutating func fillAll() {
    guard let mask else { return }
    let extent = image.extent
    let plane = extent.x * extent.y
    var isFilled = mask.map { $0 != 0 }
    var front = isFilled.indices.filter { isFilled[$0] }
    while !front.isEmpty {
      var next: [Int] = []
      for voxel in front {
        let (x, y, z) = (voxel % extent.x, voxel / extent.x % extent.y, voxel / plane)
        func fill(_ neighbour: Int, _ exists: Bool) {
          guard exists, !isFilled[neighbour] else { return }
          isFilled[neighbour] = true
          image.voxels[neighbour] = image.voxels[voxel]
          next.append(neighbour)
        }
        fill(voxel - 1, x > 0)
        fill(voxel + 1, x < extent.x - 1)
        fill(voxel - extent.x, y > 0)
        fill(voxel + extent.x, y < extent.y - 1)
        fill(voxel - plane, z > 0)
        fill(voxel + plane, z < extent.z - 1)
      }
      front = next
    }
  }
}
