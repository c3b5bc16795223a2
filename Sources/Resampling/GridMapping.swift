internal import Parallelism
internal import Volumes

/// The way from the voxels of one grid, through the world, to the voxel coordinates of another.
struct GridMapping: Sendable {
  /// Grid whose voxels are asked for.
  let target: Geometry
  /// Voxel coordinates of the world's origin in the other grid.
  private let offset: Vector3
  /// Voxel coordinates per millimetre along the world's axes.
  private let perMillimetre: Matrix3
  private let extent: Extent

  /// The way from `target` to `source`.
  init(from target: Geometry, to source: Geometry) throws(ResamplingError) {
    guard let inverse = source.direction.inverse else { throw .singularDirection }
    let s = source.spacing
    guard [s.x, s.y, s.z].allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .invalidSpacing([s.x, s.y, s.z])
    }
    var scaled = inverse
    for row in 0..<3 { for column in 0..<3 { scaled[row, column] /= s[row] } }
    self.target = target
    perMillimetre = scaled
    offset = scaled * (source.origin * -1)
    extent = source.extent
  }

  /// Calls `body` for every row of the target, on all threads, with the source's voxel coordinates
  /// of its voxels.
  ///
  /// - Parameters:
  ///   - transform: Maps world points of a row in place, or nil.
  ///   - body: Row number, counted over planes, and one point for every voxel.
  func forEachRow(
    through transform: ((UnsafeMutableBufferPointer<Vector3>) -> Void)?,
    _ body: (_ row: Int, _ points: UnsafeMutableBufferPointer<Vector3>) -> Void
  ) {
    let size = target.extent
    guard size.count > 0 else { return }
    parallelForRanges(size.y * size.z, grain: max(1, 16_384 / size.x)) { rows in
      let points = UnsafeMutableBufferPointer<Vector3>.allocate(capacity: size.x)
      points.initialize(repeating: Vector3(0, 0, 0))
      defer { points.deallocate() }
      for row in rows {
        let (y, z) = (Double(row % size.y), Double(row / size.y))
        if let transform {
          for x in 0..<size.x {
            points[x] = target.worldPoint(ofVoxel: Vector3(Double(x), y, z))
          }
          transform(points)
          for x in 0..<size.x { points[x] = voxel(atWorld: points[x]) }
        } else {
          let start = voxel(atWorld: target.worldPoint(ofVoxel: Vector3(0, y, z)))
          let step = voxel(atWorld: target.worldPoint(ofVoxel: Vector3(1, y, z))) - start
          for x in 0..<size.x { points[x] = start + step * Double(x) }
        }
        body(row, points)
      }
    }
  }

  /// Voxel coordinates of a world point in the source.
  @inline(__always)
  private func voxel(atWorld point: Vector3) -> Vector3 { offset + perMillimetre * point }
}

extension Extent {
  /// Whether a point in voxel coordinates lies in a voxel: from -1/2 up to, not including, length -
  /// 1/2.
  @inline(__always)
  func contains(_ point: Vector3) -> Bool {
    point.x >= -0.5 && point.y >= -0.5 && point.z >= -0.5 && point.x < Double(x) - 0.5
      && point.y < Double(y) - 0.5 && point.z < Double(z) - 0.5
  }

  /// Position in memory of the voxel nearest to a point inside, half way the later one.
  @inline(__always)
  func nearestIndex(_ point: Vector3) -> Int {
    index(
      min(x - 1, Int((point.x + 0.5).rounded(.down))),
      min(y - 1, Int((point.y + 0.5).rounded(.down))),
      min(z - 1, Int((point.z + 0.5).rounded(.down))))
  }
}

/// The two voxels beside a position along one axis, clamped to the axis, and how far it is from the
/// first to the second.
@inline(__always)
func linearTaps(_ position: Double, _ count: Int) -> (lower: Int, upper: Int, fraction: Double) {
  let clamped = min(max(position, 0), Double(count - 1))
  let lower = Int(clamped)
  return (lower, min(lower + 1, count - 1), clamped - Double(lower))
}
