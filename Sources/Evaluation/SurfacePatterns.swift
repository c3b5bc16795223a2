internal import RegionsOfInterest
internal import Volumes

/// For every corner of a mask's voxels, which of the eight voxels around it belong to the mask.
///
/// There is one corner more than voxels along every axis: outside of the grid is no structure.
struct SurfacePatterns {
  /// Bit x + 2 y + 4 z tells of the voxel (x, y, z) of the eight; corners in the order of memory.
  let patterns: [UInt8]
  /// Numbers of corners.
  let extent: Extent
  let spacing: Vector3

  init(of mask: Mask) {
    let inner = mask.extent
    extent = Extent(x: inner.x + 1, y: inner.y + 1, z: inner.z + 1)
    spacing = mask.geometry.spacing
    var patterns = [UInt8](repeating: 0, count: extent.count)
    for z in 0..<inner.z {
      for y in 0..<inner.y {
        for x in 0..<inner.x where mask.voxels[inner.index(x, y, z)] {
          // The voxel tells its eight corners; to the farthest of them it is the first.
          for corner in 0..<8 {
            let (dx, dy, dz) = (corner & 1, corner >> 1 & 1, corner >> 2)
            patterns[extent.index(x + dx, y + dy, z + dz)] |= 1 << UInt8(7 - corner)
          }
        }
      }
    }
    self.patterns = patterns
  }

  /// Number of corners that the surface passes.
  var surfaceCount: Int { patterns.count { Self.isSurface($0) } }

  /// Square of the distance in mm from every corner to the nearest one that the surface passes.
  var squaredDistances: [Double] {
    Mask(
      voxels: patterns.map { Self.isSurface($0) },
      geometry: Geometry(extent: extent, spacing: spacing)
    ).squaredDistancesToMask.voxels
  }

  /// Whether the surface passes a corner of this pattern.
  static func isSurface(_ pattern: UInt8) -> Bool { pattern != 0 && pattern != 255 }
}
