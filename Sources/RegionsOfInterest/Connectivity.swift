/// Which voxels count as neighbours.
public enum Connectivity: Int, CaseIterable, Sendable {
  /// Those that share a face.
  case faces = 6
  /// Those that share a face or an edge.
  case edges = 18
  /// Those that share a face, an edge or a corner.
  case corners = 26
}

extension Connectivity {
  /// How many of the axes may differ between neighbours.
  var differingAxes: Int {
    switch self {
    case .faces: 1
    case .edges: 2
    case .corners: 3
    }
  }

  /// The earlier rows that touch a row, and how far beyond its ends a run of voxels reaches there.
  var earlierRows: [(y: Int, z: Int, reach: Int)] {
    var rows: [(y: Int, z: Int, reach: Int)] = []
    for (y, z) in [(-1, 0), (-1, -1), (0, -1), (1, -1)] {
      let differing = abs(y) + abs(z)
      if differing <= differingAxes { rows.append((y, z, differing < differingAxes ? 1 : 0)) }
    }
    return rows
  }
}
