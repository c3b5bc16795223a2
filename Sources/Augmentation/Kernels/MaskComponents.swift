import Volumes

/// The connected components of a mask: voxels that touch, be it by a corner, belong together.
struct MaskComponents {
  /// A run of voxels along a row, as positions in memory.
  private struct Run {
    let range: Range<Int>
    let z: Int
    let y: Int
  }

  private var runs: [Run] = []
  /// The component of every run.
  private var owners: [Int] = []
  /// Voxels of every component, in the order of their first voxels in memory.
  private(set) var sizes: [Int] = []

  init(of mask: MaskBits) {
    let shape = mask.shape
    // Runs of every row; rows in memory order.
    var firstRun = [Int](repeating: 0, count: shape.depth * shape.height + 1)
    for row in 0..<shape.depth * shape.height {
      firstRun[row] = runs.count
      var x = 0
      while x < shape.width {
        guard mask.contains(row: row, x: x) else {
          x += 1
          continue
        }
        let start = x
        while x < shape.width, mask.contains(row: row, x: x) { x += 1 }
        runs.append(
          Run(
            range: row * shape.width + start..<row * shape.width + x, z: row / shape.height,
            y: row % shape.height))
      }
    }
    firstRun[shape.depth * shape.height] = runs.count

    var parents = Array(runs.indices)
    func root(_ run: Int) -> Int {
      var run = run
      while parents[run] != run {
        parents[run] = parents[parents[run]]
        run = parents[run]
      }
      return run
    }
    // The rows that a row touches and that come before it in memory.
    let earlier = [(0, -1), (-1, -1), (-1, 0), (-1, 1)]
    for (index, run) in runs.enumerated() {
      let columns = run.range.lowerBound % shape.width
      let end = columns + run.range.count
      for (dz, dy) in earlier {
        let (z, y) = (run.z + dz, run.y + dy)
        guard z >= 0, 0..<shape.height ~= y else { continue }
        let row = z * shape.height + y
        for other in firstRun[row]..<firstRun[row + 1] {
          let start = runs[other].range.lowerBound % shape.width
          // Corners touch, too.
          guard start <= end, start + runs[other].range.count >= columns else { continue }
          let (a, b) = (root(index), root(other))
          parents[max(a, b)] = min(a, b)
        }
      }
    }
    owners = [Int](repeating: 0, count: runs.count)
    for index in runs.indices {
      let top = root(index)
      if top == index {
        owners[index] = sizes.count
        sizes.append(0)
      } else {
        owners[index] = owners[top]
      }
      sizes[owners[index]] += runs[index].range.count
    }
  }

  /// Calls `body` with every run of voxels of a component.
  func forEachRun(of component: Int, _ body: (Range<Int>) -> Void) {
    for (run, owner) in zip(runs, owners) where owner == component { body(run.range) }
  }
}
