import Parallelism
internal import Volumes

/// A mask as runs of voxels, row by row.
struct MaskRows {
  /// Positions in memory of the voxels of every run, in order.
  let runs: [Range<Int>]
  /// First run of every row, and the number of runs at the end.
  private let firstRuns: [Int]
  private let extent: Extent

  init(of mask: Mask) {
    extent = mask.extent
    let (length, rows) = (extent.x, extent.y * extent.z)
    let grain = max(1, 65_536 / max(1, length))
    let chunks = mask.voxels.withUnsafeBufferPointer { voxels in
      nonisolated(unsafe) let voxels = voxels
      return parallelMap((rows + grain - 1) / grain) { chunk in
        var runs: [Range<Int>] = []
        var counts: [Int] = []
        for row in chunk * grain..<min(rows, (chunk + 1) * grain) {
          let before = runs.count
          findRuns(in: voxels, row * length..<(row + 1) * length, into: &runs)
          counts.append(runs.count - before)
        }
        return (runs: runs, counts: counts)
      }
    }
    runs = chunks.flatMap(\.runs)
    var firstRuns = [0]
    firstRuns.reserveCapacity(rows + 1)
    var total = 0
    for count in chunks.lazy.flatMap(\.counts) {
      total += count
      firstRuns.append(total)
    }
    self.firstRuns = firstRuns
  }

  /// Joins every run with those that touch it in the row `offset` away, reaching `reach` voxels
  /// beyond its ends.
  func joinNeighbours(offset: (y: Int, z: Int), reach: Int, in forest: inout DisjointSets) {
    guard !runs.isEmpty else { return }
    let shift = (offset.z * extent.y + offset.y) * extent.x
    for z in max(0, -offset.z)..<extent.z {
      for y in max(0, -offset.y)..<min(extent.y, extent.y - offset.y) {
        let row = z * extent.y + y
        let other = row + offset.z * extent.y + offset.y
        var (run, neighbour) = (firstRuns[row], firstRuns[other])
        let (end, neighbourEnd) = (firstRuns[row + 1], firstRuns[other + 1])
        while run < end, neighbour < neighbourEnd {
          let (a, b) = (runs[run], runs[neighbour])
          let (lower, upper) = (a.lowerBound + shift - reach, a.upperBound + shift + reach)
          if b.lowerBound < upper, lower < b.upperBound { forest.join(run, neighbour) }
          // The one that ends first cannot touch what follows the other.
          if b.upperBound < a.upperBound + shift { neighbour += 1 } else { run += 1 }
        }
      }
    }
  }
}

/// Appends the runs of true voxels among `range`, one row of a mask.
private func findRuns(
  in voxels: UnsafeBufferPointer<Bool>, _ range: Range<Int>, into runs: inout [Range<Int>]
) {
  guard let row = voxels.baseAddress else { return }
  var start = firstPosition(of: true, in: row, from: range.lowerBound, to: range.upperBound)
  while start < range.upperBound {
    let end = firstPosition(of: false, in: row, from: start, to: range.upperBound)
    runs.append(start..<end)
    start = firstPosition(of: true, in: row, from: end, to: range.upperBound)
  }
}
