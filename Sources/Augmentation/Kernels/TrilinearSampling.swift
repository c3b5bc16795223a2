import Volumes

/// Fills a patch with the region's values along `path`, trilinearly.
func sampleTrilinear(_ region: CutRegion, path: AffinePath, into patch: PatchMemory) {
  let shape = patch.shape
  for z in 0..<shape.depth {
    for y in 0..<shape.height {
      let line = TrilinearRow(
        region: region, count: shape.width, z: path.axis(0, z: z, y: y, in: region),
        y: path.axis(1, z: z, y: y, in: region), x: path.axis(2, z: z, y: y, in: region))
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

/// The places in a region at which one row of a patch is sampled.
private struct TrilinearRow {
  let region: CutRegion
  let count: Int
  /// Voxels of the row that may have data, and those whose eight neighbours all have.
  let touching: Range<Int>
  let interior: Range<Int>
  let first: (z: FixedPoint, y: FixedPoint, x: FixedPoint)
  let step: (z: FixedPoint, y: FixedPoint, x: FixedPoint)

  init(region: CutRegion, count: Int, z: RowAxis, y: RowAxis, x: RowAxis) {
    self.region = region
    self.count = count
    touching = z.touching(count).clamped(to: y.touching(count)).clamped(to: x.touching(count))
    let inside = z.interior(count).clamped(to: y.interior(count)).clamped(to: x.interior(count))
    interior =
      inside.isEmpty ? touching.lowerBound..<touching.lowerBound : inside.clamped(to: touching)
    first = (fixedPoint(z.first), fixedPoint(y.first), fixedPoint(x.first))
    step = (fixedPoint(z.step), fixedPoint(y.step), fixedPoint(x.step))
  }

  @inline(__always)
  private func place(_ index: Int) -> (z: FixedPoint, y: FixedPoint, x: FixedPoint) {
    let steps = FixedPoint(index)
    return (
      first.z &+ steps &* step.z, first.y &+ steps &* step.y, first.x &+ steps &* step.x
    )
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
    let (plane, line) = (region.planeStride, region.rowStride)
    let origin = region.offset(0, 0, 0)
    for index in interior {
      let (z, y, x) = place(index)
      let corner =
        source + (origin &+ z.floorIndex &* plane &+ y.floorIndex &* line &+ x.floorIndex)
      let (fz, fy, fx) = (z.fraction, y.fraction, x.fraction)
      let a = corner[0] + fx * (corner[1] - corner[0])
      let b = corner[line] + fx * (corner[line &+ 1] - corner[line])
      let far = corner + plane
      let c = far[0] + fx * (far[1] - far[0])
      let d = far[line] + fx * (far[line &+ 1] - far[line])
      let (near, distant) = (a + fy * (b - a), c + fy * (d - c))
      row[index] = near + fz * (distant - near)
    }
  }

  func sampleLabels(into row: UnsafeMutablePointer<Int16>) {
    row.update(repeating: -1, count: touching.lowerBound)
    (row + touching.upperBound).update(repeating: -1, count: count - touching.upperBound)
    for index in touching.lowerBound..<interior.lowerBound { row[index] = checkedLabel(index) }
    for index in interior.upperBound..<touching.upperBound { row[index] = checkedLabel(index) }
    let (plane, line) = (region.planeStride, region.rowStride)
    let origin = region.offset(0, 0, 0)
    for index in interior {
      let (z, y, x) = place(index)
      let corner = UnsafeRawPointer(
        region.view.labels
          + (origin &+ z.floorIndex &* plane &+ y.floorIndex &* line &+ x.floorIndex))
      // Two neighbours along x are one word, so that four words tell whether all eight labels are equal.
      let a = corner.loadUnaligned(as: UInt32.self)
      let b = corner.loadUnaligned(fromByteOffset: 2 &* line, as: UInt32.self)
      let c = corner.loadUnaligned(fromByteOffset: 2 &* plane, as: UInt32.self)
      let d = corner.loadUnaligned(fromByteOffset: 2 &* (plane &+ line), as: UInt32.self)
      if (a ^ b) | (a ^ c) | (a ^ d) | ((a ^ (a >> 16)) & 0xFFFF) == 0 {
        row[index] = Int16(truncatingIfNeeded: a)
      } else {
        row[index] = checkedLabel(index)
      }
    }
  }

  /// Calls `body` with the memory position, nil where there is no data, and the weight of each of the eight neighbours.
  @inline(__always)
  private func forEachNeighbour(_ index: Int, _ body: (Int, Int?, Float) -> Void) {
    let (z, y, x) = place(index)
    let (fz, fy, fx) = (z.fraction, y.fraction, x.fraction)
    for corner in 0..<8 {
      let (dz, dy, dx) = (corner >> 2, (corner >> 1) & 1, corner & 1)
      let weight = (dx == 1 ? fx : 1 - fx) * (dy == 1 ? fy : 1 - fy) * (dz == 1 ? fz : 1 - fz)
      body(
        corner, memory(z.floorIndex + dz, y.floorIndex + dy, x.floorIndex + dx), weight)
    }
  }

  /// Position in memory of a voxel of the region, nil where there is no data.
  @inline(__always)
  private func memory(_ z: Int, _ y: Int, _ x: Int) -> Int? {
    let (lower, upper) = (region.lower, region.upper)
    let hasData =
      z >= lower.z && z < upper.z && y >= lower.y && y < upper.y && x >= lower.x && x < upper.x
    return hasData ? region.offset(z, y, x) : nil
  }

  private func checkedIntensity(_ source: UnsafePointer<Float>, _ index: Int) -> Float {
    var sum: Float = 0
    forEachNeighbour(index) { _, memory, weight in
      if let memory { sum += weight * source[memory] }
    }
    return sum
  }

  private func checkedLabel(_ index: Int) -> Int16 {
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: 8) { labels in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 8) { weights in
        forEachNeighbour(index) { corner, memory, weight in
          labels[corner] = memory.map { region.view.labels[$0] } ?? -1
          weights[corner] = 1000 * weight
        }
        let (z, y, x) = place(index)
        let nearest = memory(z.nearestIndex, y.nearestIndex, x.nearestIndex)
          .map { region.view.labels[$0] }
        guard let labels = labels.baseAddress, let weights = weights.baseAddress else { return -1 }
        return vote(labels, weights, count: 8, nearest: nearest ?? -1)
      }
    }
  }
}
