internal import Volumes

/// The passes along x and y, slice by slice.
struct SlicePass<Steps: FixedWidthInteger & UnsignedInteger> {
  private let transform: DistanceTransform
  /// Steps along x in the whole slice.
  private let rows: UnsafeMutablePointer<Steps>
  /// Squares along x, and what is found for them, of neighbouring columns.
  private let heights: UnsafeMutablePointer<Double>
  private let nearest: NearestInSlice<Steps>
  private let envelope: LowerEnvelope

  private static var width: Int { DistanceTransform.width }

  init(_ transform: DistanceTransform) {
    self.transform = transform
    let extent = transform.extent
    let block = extent.y * Self.width
    rows = .allocate(capacity: extent.x * extent.y)
    heights = .allocate(capacity: block)
    nearest = NearestInSlice(x: .allocate(capacity: block), y: .allocate(capacity: block))
    envelope = LowerEnvelope(length: extent.y, spacing: transform.steps.y ?? 1)
  }

  func deallocate() {
    rows.deallocate()
    heights.deallocate()
    nearest.x.deallocate()
    nearest.y.deallocate()
    envelope.deallocate()
  }

  /// Finds the nearest voxels in one slice.
  func run(_ mask: UnsafePointer<Bool>, into target: NearestInSlice<Steps>) {
    let extent = transform.extent
    let reach = transform.reach
    let measuresRows = transform.steps.x != nil
    var hasVoxels = false
    for y in 0..<extent.y {
      let (source, row) = (mask + y * extent.x, rows + y * extent.x)
      if measuresRows {
        if measureRow(source, length: extent.x, reach: reach, into: row) { hasVoxels = true }
      } else {
        for x in 0..<extent.x { row[x] = source[x] ? 0 : .max }
        hasVoxels = true
      }
    }
    guard hasVoxels, let spacing = transform.steps.y else {
      target.x.update(from: rows, count: extent.x * extent.y)
      target.y.update(repeating: 0, count: extent.x * extent.y)
      return
    }
    for first in stride(from: 0, to: extent.x, by: Self.width) {
      join(first..<min(extent.x, first + Self.width), spacing, into: target)
    }
  }

  /// Along y, for neighbouring columns of the slice.
  private func join(
    _ columns: Range<Int>, _ spacing: Double, into target: NearestInSlice<Steps>
  ) {
    let extent = transform.extent
    let step = transform.steps.x ?? 0
    for y in 0..<extent.y {
      let (row, height) = (rows + y * extent.x + columns.lowerBound, heights + y * Self.width)
      for line in 0..<columns.count {
        let length = step * Double(row[line])
        height[line] = row[line] == .max ? .infinity : length * length
      }
    }
    for line in 0..<columns.count { join(column: columns.lowerBound + line, line, spacing) }
    for y in 0..<extent.y {
      let start = y * extent.x + columns.lowerBound
      (target.x + start).update(from: nearest.x + y * Self.width, count: columns.count)
      (target.y + start).update(from: nearest.y + y * Self.width, count: columns.count)
    }
  }

  /// Along one column, which is the given line of the block.
  private func join(column: Int, _ line: Int, _ spacing: Double) {
    let (width, length, limit) = (Self.width, transform.extent.x, transform.limit)
    let (x, y) = (nearest.x + line, nearest.y + line)
    let heights = heights + line
    let count = envelope.find(heights, stride: width)
    if count == 0 {
      for place in 0..<transform.extent.y { x[place &* width] = .max }
      return
    }
    for index in 0..<count {
      let (vertex, height) = (envelope.vertices[index], envelope.heights[index])
      let steps = rows[vertex &* length &+ column]
      for place in envelope.firsts[index]..<envelope.firsts[index + 1] {
        let distance = abs(place &- vertex)
        let side = spacing * Double(distance)
        let isZero = heights[place &* width] == 0
        x[place &* width] = isZero ? 0 : (height + side * side <= limit ? steps : .max)
        y[place &* width] = isZero ? 0 : Steps(truncatingIfNeeded: distance)
      }
    }
  }
}
