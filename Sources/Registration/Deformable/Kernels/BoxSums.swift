import Parallelism
import Volumes

/// Sums over a cube around every voxel; cubes are cut at the image's faces.
///
/// Every voxel is added to every sum directly: running sums would gather rounding errors along a row.
final class BoxSums {
  private let extent: Extent
  private let radius: Int
  private let planes: UnsafeMutablePointer<Float>

  /// - Parameters:
  ///   - extent: The images' grid.
  ///   - radius: Voxels from the middle of a cube to its face, at least 0.
  init(extent: Extent, radius: Int) {
    self.extent = extent
    self.radius = radius
    planes = .allocate(capacity: extent.count)
    planes.initialize(repeating: 0, count: extent.count)
  }

  deinit { planes.deallocate() }

  /// Writes the sums of `source` to `target`, which may be the same.
  func add(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    let (nx, ny, nz) = (extent.x, extent.y, extent.z)
    let plane = nx * ny
    parallelFor(nz) { z in
      let scratch = UnsafeMutablePointer<Float>.allocate(capacity: plane)
      defer { scratch.deallocate() }
      for y in 0..<ny { sumRow(source + z * plane + y * nx, to: scratch + y * nx) }
      let rows = planes + z * plane
      for y in 0..<ny {
        sumLines(
          scratch, rows + y * nx, lines: max(0, y - radius)..<min(ny, y + radius + 1),
          distance: nx, count: nx)
      }
    }
    parallelFor(nz) { z in
      sumLines(
        planes, target + z * plane, lines: max(0, z - radius)..<min(nz, z + radius + 1),
        distance: plane, count: plane)
    }
  }

  /// Sums along a row.
  private func sumRow(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    let count = extent.x
    target.update(from: source, count: count)
    for shift in 1..<max(1, min(radius + 1, count)) {
      for x in 0..<count &- shift { target[x] += source[x &+ shift] }
      for x in shift..<count { target[x] += source[x &- shift] }
    }
  }

  /// Adds up lines of numbers that lie so far apart.
  private func sumLines(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, lines: Range<Int>,
    distance: Int, count: Int
  ) {
    // Pieces stay in the nearest cache while the lines are added.
    for start in stride(from: 0, to: count, by: 2048) {
      let piece = target + start
      let length = min(2048, count - start)
      piece.update(from: source + lines.lowerBound * distance + start, count: length)
      for line in lines.dropFirst() {
        let other = source + line * distance + start
        for x in 0..<length { piece[x] += other[x] }
      }
    }
  }
}
