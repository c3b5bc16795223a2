public import Volumes

extension Volume<Bool> {
  /// Length of the shortest path from the mask to every voxel that does not leave what is allowed.
  ///
  /// Paths lead from centre to centre of the 26 neighbours of a voxel, so that on cubic voxels they are
  /// up to 13 % longer than straight lines; they start from any voxel of the mask and go around what is not
  /// allowed, such as a fissure or another organ.
  ///
  /// - Parameters:
  ///   - allowed: Where paths may go, on the same grid; the mask's own voxels are allowed always.
  ///   - limit: Millimetres beyond which nothing is looked at.
  ///   - sliceAxis: If not nil, paths stay in slices perpendicular to this axis.
  /// - Returns: Millimetres, on the mask's grid; 0 in the mask, infinite where no path of at most
  ///   `limit` leads.
  /// - Complexity: O(n log n) of the voxels within the limit, on one thread.
  /// - Source: Dijkstra, Numer. Math. 1, 1959, doi:10.1007/BF01386390.
  public func geodesicDistances(
    inside allowed: Mask, upTo limit: Double = .infinity, sliceAxis: GridAxis? = nil
  ) -> Volume<Double> {
    precondition(
      allowed.extent == extent, "a mask of \(extent) inside one of \(allowed.extent)")
    var distances = Volume<Double>(repeating: .infinity, geometry: geometry)
    let steps = NeighbourStep.all(on: geometry, within: sliceAxis)
    var front = NearestFirst()
    for voxel in voxels.indices where voxels[voxel] {
      distances.voxels[voxel] = 0
      front.insert(voxel, at: 0)
    }
    while let (voxel, distance) = front.removeNearest() {
      // A shorter path has been found since it was put there.
      guard distance == distances.voxels[voxel] else { continue }
      let (row, x) = voxel.quotientAndRemainder(dividingBy: extent.x)
      let (z, y) = row.quotientAndRemainder(dividingBy: extent.y)
      for step in steps {
        let (nextX, nextY, nextZ) = (x + step.x, y + step.y, z + step.z)
        guard 0..<extent.x ~= nextX, 0..<extent.y ~= nextY, 0..<extent.z ~= nextZ else { continue }
        let next = extent.index(nextX, nextY, nextZ)
        let length = distance + step.length
        guard length <= limit, length < distances.voxels[next],
          allowed.voxels[next]
        else { continue }
        distances.voxels[next] = length
        front.insert(next, at: length)
      }
    }
    return distances
  }
}

/// The way to one of a voxel's neighbours.
private struct NeighbourStep {
  let x: Int
  let y: Int
  let z: Int
  /// Millimetres.
  let length: Double

  /// The ways to all neighbours that share a face, an edge or a corner, or those in the same slice.
  static func all(on geometry: Geometry, within sliceAxis: GridAxis?) -> [NeighbourStep] {
    func range(_ axis: GridAxis) -> ClosedRange<Int> { axis == sliceAxis ? 0...0 : -1...1 }
    var steps: [NeighbourStep] = []
    for z in range(.z) {
      for y in range(.y) {
        for x in range(.x) where (x, y, z) != (0, 0, 0) {
          let way = Vector3(
            Double(x) * geometry.spacing.x, Double(y) * geometry.spacing.y,
            Double(z) * geometry.spacing.z)
          steps.append(NeighbourStep(x: x, y: y, z: z, length: way.length))
        }
      }
    }
    return steps
  }
}

/// Voxels by distance, the nearest to be taken first: a binary heap.
private struct NearestFirst {
  private var entries: [(voxel: Int, distance: Double)] = []

  mutating func insert(_ voxel: Int, at distance: Double) {
    entries.append((voxel, distance))
    var place = entries.count - 1
    while place > 0, entries[place].distance < entries[(place - 1) / 2].distance {
      entries.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func removeNearest() -> (voxel: Int, distance: Double)? {
    guard let nearest = entries.first, let last = entries.popLast() else { return nil }
    if entries.isEmpty { return nearest }
    entries[0] = last
    var place = 0
    while true {
      let children = (2 * place + 1)..<min(2 * place + 3, max(entries.count, 2 * place + 1))
      guard let child = children.min(by: { entries[$0].distance < entries[$1].distance }),
        entries[child].distance < entries[place].distance
      else { return nearest }
      entries.swapAt(place, child)
      place = child
    }
  }
}
