internal import Volumes

/// Clusters taken apart into parts connected over faces, small ones joined to a neighbour.
struct ConnectedSupervoxels {
  /// For every voxel the number of its part, from 0 in the order of their first voxels.
  private(set) var numbers: [Int32]
  private(set) var count: Int
  private let extent: Extent

  /// - Parameters:
  ///   - clusters: The cluster of every voxel.
  ///   - extent: The grid.
  ///   - smallest: Parts of fewer voxels join the neighbour they share most faces with.
  init(_ clusters: [Int32], _ extent: Extent, smallest: Int) {
    self.extent = extent
    numbers = [Int32](repeating: -1, count: clusters.count)
    count = 0
    var parts: [[Int]] = []
    for first in clusters.indices where numbers[first] < 0 {
      // Breadth first over faces.
      var voxels = [first]
      numbers[first] = Int32(parts.count)
      var next = 0
      while next < voxels.count {
        let voxel = voxels[next]
        next += 1
        forEachNeighbour(of: voxel) { neighbour in
          if numbers[neighbour] < 0, clusters[neighbour] == clusters[first] {
            numbers[neighbour] = Int32(parts.count)
            voxels.append(neighbour)
          }
        }
      }
      parts.append(voxels)
    }
    join(&parts, smallest)
    renumber()
  }

  /// Joins small parts to their neighbours, the smallest first, until none is left that has one.
  private mutating func join(_ parts: inout [[Int]], _ smallest: Int) {
    let order = parts.indices.sorted { (parts[$0].count, $0) < (parts[$1].count, $1) }
    for part in order where !parts[part].isEmpty && parts[part].count < smallest {
      var faces: [Int32: Int] = [:]
      for voxel in parts[part] {
        forEachNeighbour(of: voxel) { neighbour in
          if numbers[neighbour] != part { faces[numbers[neighbour], default: 0] += 1 }
        }
      }
      // Of equally many faces the first part.
      guard let winner = faces.max(by: { ($0.value, -$0.key) < ($1.value, -$1.key) })?.key
      else { continue }
      for voxel in parts[part] { numbers[voxel] = winner }
      parts[Int(winner)] += parts[part]
      parts[part] = []
    }
  }

  private mutating func renumber() {
    var new: [Int32: Int32] = [:]
    for index in numbers.indices {
      let number = new[numbers[index]] ?? Int32(new.count)
      new[numbers[index]] = number
      numbers[index] = number
    }
    count = new.count
  }

  private func forEachNeighbour(of voxel: Int, _ body: (Int) -> Void) {
    let plane = extent.x * extent.y
    let (z, rest) = voxel.quotientAndRemainder(dividingBy: plane)
    let (y, x) = rest.quotientAndRemainder(dividingBy: extent.x)
    if x > 0 { body(voxel - 1) }
    if x < extent.x - 1 { body(voxel + 1) }
    if y > 0 { body(voxel - extent.x) }
    if y < extent.y - 1 { body(voxel + extent.x) }
    if z > 0 { body(voxel - plane) }
    if z < extent.z - 1 { body(voxel + plane) }
  }
}
