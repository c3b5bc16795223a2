import Parallelism
internal import Volumes

extension LabelMap {
  /// The labels to work on: those asked for, or all that occur but background.
  ///
  /// - Parameter labels: Labels, or nil for all.
  /// - Returns: Ascending labels and their boxes.
  /// - Throws: ``RegionError/absentLabels(_:)``.
  func boxes(
    of labels: [Label]?
  ) throws(RegionError) -> [(label: Label, box: VoxelBox)] {
    let boxes = boxes
    guard let labels else {
      return boxes.filter { $0.key != 0 }.sorted { $0.key < $1.key }
        .map { (label: $0.key, box: $0.value) }
    }
    let absent = labels.filter { boxes[$0] == nil }
    guard absent.isEmpty else { throw .absentLabels(absent) }
    return Set(labels).sorted().compactMap { label in boxes[label].map { (label, $0) } }
  }

  /// The voxels of a label in a box, which may go beyond the grid.
  func mask(of label: Label, in box: VoxelBox) -> Mask {
    var result = Mask(repeating: false, geometry: geometry.cropped(to: box))
    let inner = box.intersection(with: VoxelBox(all: extent))
    let (place, whole, part) = (inner.moved(by: box), extent, box.extent)
    guard inner.extent.count > 0 else { return result }
    result.voxels.withUnsafeMutableBufferPointer { result in
      labels.withUnsafeBufferPointer { labels in
        guard let to = result.baseAddress, let from = labels.baseAddress else { return }
        nonisolated(unsafe) let (target, source) = (to, from)
        parallelFor(inner.z.count) { z in
          for y in 0..<inner.y.count {
            let row =
              target
              + part.index(place.x.lowerBound, place.y.lowerBound + y, place.z.lowerBound + z)
            let labels =
              source
              + whole.index(inner.x.lowerBound, inner.y.lowerBound + y, inner.z.lowerBound + z)
            for x in 0..<inner.x.count { row[x] = labels[x] == label }
          }
        }
      }
    }
    return result
  }

  /// Calls `body` for the voxels of a box inside the grid at which a mask of the box's extent is true.
  ///
  /// - Parameters:
  ///   - box: The box.
  ///   - mask: Its voxels.
  ///   - body: Gets positions in the map's memory and in the mask's, in ascending order.
  mutating func forEach(
    in box: VoxelBox, where mask: Mask, _ body: (inout Label, _ map: Int, _ mask: Int) -> Void
  ) {
    let extent = extent
    labels.withUnsafeMutableBufferPointer { labels in
      mask.voxels.withUnsafeBufferPointer { voxels in
        guard let row = voxels.baseAddress else { return }
        for z in 0..<box.z.count {
          for y in 0..<box.y.count {
            let start = (z * box.y.count + y) * box.x.count
            let end = start + box.x.count
            let shift =
              extent.index(box.x.lowerBound, box.y.lowerBound + y, box.z.lowerBound + z) - start
            var position = firstPosition(of: true, in: row, from: start, to: end)
            while position < end {
              body(&labels[position + shift], position + shift, position)
              position = firstPosition(of: true, in: row, from: position + 1, to: end)
            }
          }
        }
      }
    }
  }
}
