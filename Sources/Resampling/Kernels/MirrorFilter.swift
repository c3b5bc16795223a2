import Parallelism
internal import Volumes

/// Turns an image into the coefficients of the cubic B-spline through its voxels, mirrored at the
/// outermost voxels, in place.
///
/// - Source: Unser, Aldroubi, Eden, IEEE PAMI 13(3), 1991, doi:10.1109/34.75515; the boundary is
///   ITK's.
/// - Complexity: O(voxels) time on all threads.
func findMirrorCoefficients(_ voxels: UnsafeMutablePointer<Float>, _ extent: Extent) {
  let width = Lanes.scalarCount
  let plane = extent.x * extent.y
  // Lines along x: sixteen rows are the lanes.
  filterLines(
    of: voxels, extent.x, groups: (extent.y * extent.z + width - 1) / width
  ) { group in
    let rows = min(width, extent.y * extent.z - group * width)
    return Lines(start: group * width * extent.x, along: 1, across: extent.x, count: rows)
  }
  // Lines along y and z: sixteen columns are the lanes.
  let columns = (extent.x + width - 1) / width
  filterLines(of: voxels, extent.y, groups: columns * extent.z) { group in
    let (z, x) = (group / columns, group % columns * width)
    return Lines(
      start: z * plane + x, along: extent.x, across: 1, count: min(width, extent.x - x))
  }
  let runs = (plane + width - 1) / width
  filterLines(of: voxels, extent.z, groups: runs) { group in
    Lines(
      start: group * width, along: plane, across: 1, count: min(width, plane - group * width))
  }
}

/// Up to sixteen parallel lines of voxels.
private struct Lines {
  let start: Int
  /// Elements from one voxel of a line to the next.
  let along: Int
  /// Elements from one line to the next.
  let across: Int
  let count: Int
}

/// Filters groups of lines of `length` voxels.
private func filterLines(
  of voxels: UnsafeMutablePointer<Float>, _ length: Int, groups: Int, _ lines: (Int) -> Lines
) {
  guard length > 1 else { return }
  parallelForRanges(groups, grain: max(1, 65_536 / (length * Lanes.scalarCount))) { range in
    let lanes = UnsafeMutablePointer<Lanes>.allocate(capacity: length)
    defer { lanes.deallocate() }
    for group in range {
      let lines = lines(group)
      let start = voxels + lines.start
      for index in 0..<length {
        let from = start + index * lines.along
        if lines.across == 1 {
          lanes[index] = loadLanes(from, lines.count)
        } else {
          var samples = Lanes(repeating: 0)
          for line in 0..<lines.count { samples[line] = from[line * lines.across] }
          lanes[index] = samples
        }
      }
      filterMirrored(lanes, length)
      for index in 0..<length {
        let to = start + index * lines.along
        if lines.across == 1 {
          storeLanes(lanes[index], to, lines.count)
        } else {
          for line in 0..<lines.count { to[line * lines.across] = lanes[index][line] }
        }
      }
    }
  }
}

/// Both recursions over `count` samples, at least 2.
private func filterMirrored(_ lanes: UnsafeMutablePointer<Lanes>, _ count: Int) {
  let pole = CubicFilter.pole
  var turn: Float = 1  // the pole's (count - 1)th power
  for _ in 1..<count { turn *= pole }
  var sum = lanes[0] + lanes[count - 1] * turn
  var power = pole
  // Later terms are below 1e-17 of the first.
  for index in 1..<max(1, min(count - 1, 30)) {
    sum += (lanes[index] + lanes[count - 1 - index] * turn) * power
    power *= pole
  }
  var state = sum * (CubicFilter.gain / (1 - turn * turn))
  lanes[0] = state
  for index in 1..<count {
    state = lanes[index] * CubicFilter.gain + state * pole
    lanes[index] = state
  }
  state = (lanes[count - 2] * pole + state) * (pole / (pole * pole - 1))
  lanes[count - 1] = state
  for index in stride(from: count - 2, through: 0, by: -1) {
    state = (state - lanes[index]) * pole
    lanes[index] = state
  }
}
