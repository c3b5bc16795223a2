package import Volumes

/// Area in mm² of the piece of surface at a corner of the voxel grid, for every pattern of the eight
/// voxels that meet there.
///
/// Bit x + 2 y + 4 z of a pattern says whether voxel (x, y, z) of the eight belongs to the structure.
/// The surface is that of marching cubes through the middles of the edges between voxels: set voxels
/// that share an edge are enclosed by one piece, others by pieces of their own; of more than four
/// set voxels, the rest is enclosed.
///
/// - Source: Lorensen, Cline, "Marching cubes", SIGGRAPH 1987, doi:10.1145/37401.37422; Nikolov et
///   al., "Deep learning to achieve clinically applicable segmentation of head and neck anatomy for
///   radiotherapy", J. Med. Internet Res. 23(7), 2021, doi:10.2196/26151.
package struct SurfaceElementAreas {
  private let areas: [Double]

  /// The area at a corner with the given pattern; 0 inside and outside of the structure.
  package subscript(pattern: UInt8) -> Double { areas[Int(pattern)] }

  /// The areas on a grid of the given spacing in mm.
  package init(spacing: Vector3) {
    areas = (0..<256).map { pattern in
      let enclosed = pattern.nonzeroBitCount <= 4 ? pattern : 255 - pattern
      return connectedCorners(of: enclosed).flatMap(areaVectors).reduce(0) { area, vector in
        area
          + Vector3(
            vector.x * spacing.y * spacing.z, vector.y * spacing.x * spacing.z,
            vector.z * spacing.x * spacing.y
          ).length
      }
    }
  }
}

/// The set bits of a pattern in groups connected along the edges of the cube.
private func connectedCorners(of pattern: Int) -> [[Int]] {
  var open = Set((0..<8).filter { pattern >> $0 & 1 == 1 })
  var groups: [[Int]] = []
  while let start = open.min() {
    var group: [Int] = []
    var next = [start]
    open.remove(start)
    while let corner = next.popLast() {
      group.append(corner)
      for neighbour in neighbours(of: corner) where open.remove(neighbour) != nil {
        next.append(neighbour)
      }
    }
    groups.append(group)
  }
  return groups
}

/// The corners one step along an axis away.
private func neighbours(of corner: Int) -> [Int] { (0..<3).map { corner ^ 1 << $0 } }

/// The axis of the edge between two corners.
private func axis(_ a: Int, _ b: Int) -> Int { (a ^ b).trailingZeroBitCount }

/// Absolute area vectors, on a cube of edge 1, of the plane parts of the surface that separates one
/// to four connected corners from the rest.
private func areaVectors(_ corners: [Int]) -> [Vector3] {
  let degrees = corners.map { corner in neighbours(of: corner).count { corners.contains($0) } }
  switch (corners.count, degrees.max()) {
  case (1, _):
    // A triangle that cuts the corner off.
    return [Vector3(0.125, 0.125, 0.125)]
  case (2, _):
    // A rectangle along the edge.
    var vector = Vector3(0.5, 0.5, 0.5)
    vector[axis(corners[0], corners[1])] = 0
    return [vector]
  case (3, _):
    // A right triangle parallel to the face that the three lie on, and a trapezium to that face.
    let centre = corners[degrees.firstIndex(of: 2) ?? 0]
    var vector = Vector3(0.5, 0.5, 0.5)
    for corner in corners where corner != centre { vector[axis(corner, centre)] = 0 }
    return [vector, Vector3(0.375, 0.375, 0.375)]
  case (_, 3):
    // A corner and its three neighbours: a regular hexagon.
    return [Vector3(0.75, 0.75, 0.75)]
  default:
    let ends = corners.indices.filter { degrees[$0] == 1 }.map { corners[$0] }
    guard ends.count == 2 else {
      // A face: a square parallel to it.
      let first = corners[0]
      var vector = Vector3(1, 1, 1)
      for corner in neighbours(of: first) where corners.contains(corner) {
        vector[axis(corner, first)] = 0
      }
      return [vector]
    }
    // A path along three axes: a hexagon that is not plane, as four triangles.
    var vectors = [Vector3(0.25, 0.25, 0.25), Vector3(0.25, 0.25, 0.25)]
    for end in ends {
      var vector = Vector3(0.25, 0.25, 0.25)
      for corner in neighbours(of: end) where corners.contains(corner) {
        vector[axis(corner, end)] = 0
      }
      vectors.append(vector)
    }
    return vectors
  }
}
