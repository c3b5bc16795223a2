import Parallelism
internal import Volumes

/// First pass of the distance transform: within every row, the squared distance to the nearest
/// voxel of the mask; infinite in rows without any.
func measureRows(
  _ mask: UnsafePointer<Bool>, _ extent: Extent, _ spacing: Double,
  into squares: UnsafeMutablePointer<Double>
) {
  let length = extent.x
  guard length > 0 else { return }
  // Rows are disjoint.
  nonisolated(unsafe) let (mask, squares) = (mask, squares)
  parallelForRanges(extent.y * extent.z, grain: max(1, 65_536 / length)) { rows in
    for row in rows {
      let source = mask + row * length
      let target = squares + row * length
      // Forwards the steps from the last voxel seen, backwards the fewer of both.
      var steps = Double.infinity
      for x in 0..<length {
        steps = source[x] ? 0 : steps + 1
        target[x] = steps
      }
      steps = .infinity
      for x in (0..<length).reversed() {
        steps = source[x] ? 0 : steps + 1
        let distance = spacing * min(steps, target[x])
        target[x] = distance * distance
      }
    }
  }
}

/// Lines of voxels along one axis: `count` groups, `stride` elements from one to the next, each of
/// as many neighbouring `lines`.
struct LineGroups {
  let count: Int
  let stride: Int
  let lines: Int
}

/// A later pass of the distance transform: along every line, replaces the values f by the smallest
/// of (w (p - q))² + f(q) over all q, w being the spacing.
///
/// - Source: Felzenszwalb, Huttenlocher, Theory of Computing 8, 2012, section 2.1.
func lowerEnvelopes(
  _ squares: UnsafeMutablePointer<Double>, length: Int, stride: Int, spacing: Double,
  groups: LineGroups
) {
  guard length > 1, groups.lines > 0 else { return }
  // Eight neighbouring lines fill a cache line.
  let width = 8
  let blocks = (groups.lines + width - 1) / width
  nonisolated(unsafe) let squares = squares
  parallelForRanges(groups.count * blocks, grain: max(1, 65_536 / (length * width))) { range in
    let lines = UnsafeMutablePointer<Double>.allocate(capacity: length * width)
    let envelope = LowerEnvelope(capacity: length)
    defer {
      lines.deallocate()
      envelope.deallocate()
    }
    for index in range {
      let first = index % blocks * width
      let count = min(width, groups.lines - first)
      let start = squares + index / blocks * groups.stride + first
      for position in 0..<length {
        for line in 0..<count { lines[line * length + position] = start[position * stride + line] }
      }
      for line in 0..<count { envelope.transform(lines + line * length, length, spacing) }
      for position in 0..<length {
        for line in 0..<count { start[position * stride + line] = lines[line * length + position] }
      }
    }
  }
}

/// The parabolas that are lowest somewhere on a line, from left to right, and where each starts to be.
private struct LowerEnvelope {
  private let vertices: UnsafeMutablePointer<Int>
  private let heights: UnsafeMutablePointer<Double>
  private let starts: UnsafeMutablePointer<Double>

  init(capacity: Int) {
    vertices = .allocate(capacity: capacity)
    heights = .allocate(capacity: capacity)
    starts = .allocate(capacity: capacity)
  }

  func deallocate() {
    vertices.deallocate()
    heights.deallocate()
    starts.deallocate()
  }

  func transform(_ line: UnsafeMutablePointer<Double>, _ length: Int, _ spacing: Double) {
    let weight = spacing * spacing
    var last = -1
    for position in 0..<length where line[position] < .infinity {
      let height = line[position]
      var start = -Double.infinity
      while last >= 0 {
        let vertex = vertices[last]
        // Where this parabola and the last one of the envelope meet, in voxels.
        start =
          0.5
          * (Double(position + vertex)
            + (height - heights[last]) / (weight * Double(position - vertex)))
        if start > starts[last] { break }
        last -= 1
        start = -.infinity
      }
      last += 1
      vertices[last] = position
      heights[last] = height
      starts[last] = start
    }
    // Without a finite value every one stays infinite.
    guard last >= 0 else { return }
    var current = 0
    for position in 0..<length {
      while current < last, starts[current + 1] < Double(position) { current += 1 }
      let distance = spacing * Double(position - vertices[current])
      line[position] = distance * distance + heights[current]
    }
  }
}
