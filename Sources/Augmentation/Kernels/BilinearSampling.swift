import Volumes

/// Fills a patch slice by slice with the region's values along `path`, bilinearly.
///
/// The path must run within slices: its first axis is the patch's.
func sampleBilinear(_ region: CutRegion, path: AffinePath, into patch: PatchMemory) {
  let shape = patch.shape
  for z in 0..<shape.depth {
    for y in 0..<shape.height {
      let line = BilinearRow(
        region: region, slice: z, count: shape.width, y: path.axis(1, z: z, y: y, in: region),
        x: path.axis(2, z: z, y: y, in: region))
      let row = (z * shape.height + y) * shape.width
      for channel in 0..<patch.channelCount {
        line.sampleImage(
          region.view.image + channel * region.view.shape.count,
          into: patch.image + channel * shape.count + row)
      }
      line.sampleLabels(into: patch.labels + row)
    }
  }
}

/// The places in a slice of a region at which one row of a patch is sampled.
private struct BilinearRow {
  let region: CutRegion
  let count: Int
  let slice: Int
  /// Voxels of the row that may have data, and those whose four neighbours all have.
  let touching: Range<Int>
  let interior: Range<Int>
  let first: (y: FixedPoint, x: FixedPoint)
  let step: (y: FixedPoint, x: FixedPoint)

  init(region: CutRegion, slice: Int, count: Int, y: RowAxis, x: RowAxis) {
    self.region = region
    self.slice = slice
    self.count = count
    if (region.lower.z..<region.upper.z).contains(slice) {
      touching = y.touching(count).clamped(to: x.touching(count))
      let inside = y.interior(count).clamped(to: x.interior(count))
      interior =
        inside.isEmpty ? touching.lowerBound..<touching.lowerBound : inside.clamped(to: touching)
    } else {
      touching = 0..<0
      interior = 0..<0
    }
    first = (fixedPoint(y.first), fixedPoint(x.first))
    step = (fixedPoint(y.step), fixedPoint(x.step))
  }

  @inline(__always)
  private func place(_ index: Int) -> (y: FixedPoint, x: FixedPoint) {
    let steps = FixedPoint(index)
    return (first.y &+ steps &* step.y, first.x &+ steps &* step.x)
  }

  func sampleImage(_ source: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>) {
    row.update(repeating: 0, count: touching.lowerBound)
    (row + touching.upperBound).update(repeating: 0, count: count - touching.upperBound)
    for index in touching.lowerBound..<interior.lowerBound {
      row[index] = checkedIntensity(source, index)
    }
    for index in interior.upperBound..<touching.upperBound {
      row[index] = checkedIntensity(source, index)
    }
    let line = region.rowStride
    let origin = region.offset(slice, 0, 0)
    for index in interior {
      let (y, x) = place(index)
      let corner = source + (origin &+ y.floorIndex &* line &+ x.floorIndex)
      let (fy, fx) = (y.fraction, x.fraction)
      let a = corner[0] + fx * (corner[1] - corner[0])
      let b = corner[line] + fx * (corner[line &+ 1] - corner[line])
      row[index] = a + fy * (b - a)
    }
  }

  func sampleLabels(into row: UnsafeMutablePointer<Int16>) {
    row.update(repeating: -1, count: touching.lowerBound)
    (row + touching.upperBound).update(repeating: -1, count: count - touching.upperBound)
    for index in touching.lowerBound..<interior.lowerBound { row[index] = checkedLabel(index) }
    for index in interior.upperBound..<touching.upperBound { row[index] = checkedLabel(index) }
    let line = region.rowStride
    let origin = region.offset(slice, 0, 0)
    for index in interior {
      let (y, x) = place(index)
      let corner = UnsafeRawPointer(
        region.view.labels + (origin &+ y.floorIndex &* line &+ x.floorIndex))
      let a = corner.loadUnaligned(as: UInt32.self)
      let b = corner.loadUnaligned(fromByteOffset: 2 &* line, as: UInt32.self)
      if (a ^ b) | ((a ^ (a >> 16)) & 0xFFFF) == 0 {
        row[index] = Int16(truncatingIfNeeded: a)
      } else {
        row[index] = checkedLabel(index)
      }
    }
  }

  /// Calls `body` with the memory position, nil where there is no data, and the weight of each of the four neighbours.
  @inline(__always)
  private func forEachNeighbour(_ index: Int, _ body: (Int, Int?, Float) -> Void) {
    let (y, x) = place(index)
    let (fy, fx) = (y.fraction, x.fraction)
    for corner in 0..<4 {
      let (dy, dx) = (corner >> 1, corner & 1)
      let weight = (dx == 1 ? fx : 1 - fx) * (dy == 1 ? fy : 1 - fy)
      body(corner, memory(y.floorIndex + dy, x.floorIndex + dx), weight)
    }
  }

  /// Position in memory of a voxel of the slice, nil where there is no data.
  @inline(__always)
  private func memory(_ y: Int, _ x: Int) -> Int? {
    let (lower, upper) = (region.lower, region.upper)
    let hasData = y >= lower.y && y < upper.y && x >= lower.x && x < upper.x
    return hasData ? region.offset(slice, y, x) : nil
  }

  private func checkedIntensity(_ source: UnsafePointer<Float>, _ index: Int) -> Float {
    var sum: Float = 0
    forEachNeighbour(index) { _, memory, weight in
      if let memory { sum += weight * source[memory] }
    }
    return sum
  }

  private func checkedLabel(_ index: Int) -> Int16 {
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: 4) { labels in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 4) { weights in
        forEachNeighbour(index) { corner, memory, weight in
          labels[corner] = memory.map { region.view.labels[$0] } ?? -1
          weights[corner] = 1000 * weight
        }
        let (y, x) = place(index)
        let nearest = memory(y.nearestIndex, x.nearestIndex).map { region.view.labels[$0] }
        guard let labels = labels.baseAddress, let weights = weights.baseAddress else { return -1 }
        return vote(labels, weights, count: 4, nearest: nearest ?? -1)
      }
    }
  }
}
