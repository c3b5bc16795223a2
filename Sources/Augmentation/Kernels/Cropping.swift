import Volumes

/// Copies the middle of a region; 0 and label -1 where it has no data.
func crop(_ region: CutRegion, into patch: PatchMemory) {
  let (shape, whole) = (patch.shape, region.shape)
  let first = VoxelIndex(
    whole.depth / 2 - shape.depth / 2, whole.height / 2 - shape.height / 2,
    whole.width / 2 - shape.width / 2)
  // Columns of the patch that have data.
  let left = min(max(region.lower.x - first.x, 0), shape.width)
  let right = max(left, min(region.upper.x - first.x, shape.width))
  for z in 0..<shape.depth {
    for y in 0..<shape.height {
      let hasData =
        (region.lower.z..<region.upper.z).contains(first.z + z)
        && (region.lower.y..<region.upper.y).contains(first.y + y)
      let row = (z * shape.height + y) * shape.width
      let columns = hasData ? left..<right : 0..<0
      let source = region.offset(first.z + z, first.y + y, first.x + columns.lowerBound)
      for channel in 0..<patch.channelCount {
        copyRow(
          from: region.view.image + channel * region.view.shape.count, at: source,
          columns: columns, padding: 0,
          to: UnsafeMutableBufferPointer(
            start: patch.image + channel * shape.count + row, count: shape.width))
      }
      copyRow(
        from: region.view.labels, at: source, columns: columns, padding: -1,
        to: UnsafeMutableBufferPointer(start: patch.labels + row, count: shape.width))
    }
  }
}

/// Fills `columns` of a row from `source + offset` on and the others with `padding`.
private func copyRow<Element>(
  from source: UnsafePointer<Element>, at offset: Int, columns: Range<Int>, padding: Element,
  to row: UnsafeMutableBufferPointer<Element>
) {
  guard let start = row.baseAddress else { return }
  if columns.isEmpty { return start.update(repeating: padding, count: row.count) }
  start.update(repeating: padding, count: columns.lowerBound)
  (start + columns.lowerBound).update(from: source + offset, count: columns.count)
  (start + columns.upperBound).update(repeating: padding, count: row.count - columns.upperBound)
}
