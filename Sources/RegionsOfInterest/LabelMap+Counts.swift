import Parallelism
public import Volumes

extension LabelMap {
  /// Number of voxels of every label that occurs, background included.
  ///
  /// - Complexity: One parallel pass over the voxels.
  public var voxelCounts: [Label: Int] {
    let plane = extent.x * extent.y
    let slices = labels.withUnsafeBufferPointer { labels in
      nonisolated(unsafe) let labels = labels
      return parallelMap(extent.z) { z in
        var counts: [Label: Int] = [:]
        var position = z * plane
        while position < (z + 1) * plane {
          let end = labels.endOfRun(from: position, to: (z + 1) * plane)
          counts[labels[position], default: 0] += end - position
          position = end
        }
        return counts
      }
    }
    return slices.reduce(into: [:]) { all, slice in all.merge(slice, uniquingKeysWith: +) }
  }
}

extension UnsafeBufferPointer<LabelMap.Label> {
  /// The first position after `start` whose label is another, or `end`; label maps are constant
  /// nearly everywhere, so that four labels are compared at once.
  func endOfRun(from start: Int, to end: Int) -> Int {
    let bytes = UnsafeRawPointer(baseAddress)
    let label = self[start]
    let fourfold = UInt64(label) &* 0x0001_0001_0001_0001
    var position = start + 1
    while position + 4 <= end,
      bytes?.loadUnaligned(fromByteOffset: 2 &* position, as: UInt64.self) == fourfold
    {
      position += 4
    }
    while position < end, self[position] == label { position += 1 }
    return position
  }
}
