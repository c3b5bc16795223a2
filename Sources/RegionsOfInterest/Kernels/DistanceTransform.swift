import Parallelism
internal import Volumes

/// The exact Euclidean distance transform, axis by axis.
///
/// The passes along x and y keep whole numbers of steps to the nearest voxel of the slice, four bytes
/// a voxel, so that nothing is rounded before the last pass.
///
/// - Source: Felzenszwalb, Huttenlocher, "Distance transforms of sampled functions", Theory of
///   Computing 8, 2012, doi:10.4086/toc.2012.v008a019.
struct DistanceTransform {
  let extent: Extent
  /// Length of a step along x, y, z; nil along an axis whose slices are apart from one another.
  let steps: (x: Double?, y: Double?, z: Double?)
  /// Squares above it are of no interest.
  var limit = Double.infinity

  /// Neighbouring lines worked on together: as many step counts fill a cache line.
  static let width = 32

  /// Measures the distance of every voxel to the mask.
  func run(_ mask: UnsafePointer<Bool>, into sink: some DistanceSink) {
    guard extent.count > 0 else { return }
    // The largest number stands for none.
    if max(extent.x, extent.y) < Int(UInt16.max) {
      run(mask, counting: UInt16.self, into: sink)
    } else {
      run(mask, counting: UInt32.self, into: sink)
    }
  }

  private func run<Steps: FixedWidthInteger & UnsignedInteger>(
    _ mask: UnsafePointer<Bool>, counting: Steps.Type, into sink: some DistanceSink
  ) {
    let offsets = UnsafeMutablePointer<Steps>.allocate(capacity: 2 * extent.count)
    defer { offsets.deallocate() }
    preferLargePages(offsets, byteCount: 2 * extent.count * MemoryLayout<Steps>.stride)
    let nearest = NearestInSlice(x: offsets, y: offsets + extent.count)
    // Slices and rows of lines are disjoint.
    nonisolated(unsafe) let (source, target, result) = (mask, nearest, sink)
    let plane = extent.x * extent.y
    parallelForRanges(extent.z, grain: max(1, 262_144 / plane)) { slices in
      let pass = SlicePass<Steps>(self)
      defer { pass.deallocate() }
      for z in slices { pass.run(source + z * plane, into: target.advanced(by: z * plane)) }
    }
    parallelForRanges(extent.y, grain: max(1, 262_144 / (extent.x * extent.z))) { rows in
      let pass = ColumnPass(self)
      defer { pass.deallocate() }
      for y in rows { pass.run(row: y, target, into: result) }
    }
  }

  /// Whole steps along x within reach.
  var reach: Int {
    guard let step = steps.x else { return 0 }
    let count = (limit.squareRoot() / step).rounded(.down)
    return count < Double(extent.x) ? Int(count) : extent.x
  }
}

/// Numbers of steps along x and y from every voxel to the nearest one of its slice; x is the largest
/// number where there is none.
struct NearestInSlice<Steps> {
  let x: UnsafeMutablePointer<Steps>
  let y: UnsafeMutablePointer<Steps>

  func advanced(by count: Int) -> NearestInSlice {
    NearestInSlice(x: x + count, y: y + count)
  }
}
