import Volumes

/// Fills a patch with the region's values along `path`, trilinearly.
func sampleTrilinear(_ region: CutRegion, path: AffinePath, into patch: PatchMemory) {
  sample(patch, of: region.view) { z, y in
    TrilinearRow(
      region: region, count: patch.shape.width, z: path.axis(0, z: z, y: y, in: region),
      y: path.axis(1, z: z, y: y, in: region), x: path.axis(2, z: z, y: y, in: region))
  }
}

/// The places in a region at which one row of a patch is sampled.
private struct TrilinearRow: SampledRow {
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

  func sampleInterior(_ source: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>) {
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

  func sampleInterior(into row: UnsafeMutablePointer<Int16>) {
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
        let pairs = SIMD4(a, b, c, d)
        // Sign-extends the lower and the upper label of every pair.
        let lower = SIMD4<Int32>(truncatingIfNeeded: pairs &<< 16) &>> 16
        let upper = SIMD4<Int32>(truncatingIfNeeded: pairs) &>> 16
        row[index] = elect(
          SIMD8(
            lower[0], upper[0], lower[1], upper[1], lower[2], upper[2], lower[3], upper[3]), index)
      }
    }
  }

  /// The weights of the eight neighbours; the last axis alternates fastest.
  @inline(__always)
  private func weights(_ fz: Float, _ fy: Float, _ fx: Float) -> SIMD8<Float> {
    let (z, y, x) = (1 - fz, 1 - fy, 1 - fx)
    return SIMD8(x, fx, x, fx, x, fx, x, fx) * SIMD8(y, y, fy, fy, y, y, fy, fy)
      * SIMD8(z, z, z, z, fz, fz, fz, fz)
  }

  /// What `value` gives for the eight neighbours' positions in memory, or `outside` where there is no data.
  @inline(__always)
  private func neighbours<Value: SIMDScalar>(
    _ index: Int, outside: Value, _ value: (Int) -> Value
  ) -> SIMD8<Value> {
    let (place, lower, upper) = (place(index), region.lower, region.upper)
    let (z, y, x) = (place.z.floorIndex, place.y.floorIndex, place.x.floorIndex)
    let (near, far) = (z >= lower.z && z < upper.z, z + 1 >= lower.z && z + 1 < upper.z)
    let (top, bottom) = (y >= lower.y && y < upper.y, y + 1 >= lower.y && y + 1 < upper.y)
    let (left, right) = (x >= lower.x && x < upper.x, x + 1 >= lower.x && x + 1 < upper.x)
    let (plane, line) = (region.planeStride, region.rowStride)
    let origin = region.offset(z, y, x)
    return SIMD8(
      near && top && left ? value(origin) : outside,
      near && top && right ? value(origin + 1) : outside,
      near && bottom && left ? value(origin + line) : outside,
      near && bottom && right ? value(origin + line + 1) : outside,
      far && top && left ? value(origin + plane) : outside,
      far && top && right ? value(origin + plane + 1) : outside,
      far && bottom && left ? value(origin + plane + line) : outside,
      far && bottom && right ? value(origin + plane + line + 1) : outside)
  }

  func checkedIntensity(_ source: UnsafePointer<Float>, _ index: Int) -> Float {
    let (z, y, x) = place(index)
    return
      (neighbours(index, outside: 0) { source[$0] } * weights(z.fraction, y.fraction, x.fraction))
      .sum()
  }

  func checkedLabel(_ index: Int) -> Int16 {
    elect(neighbours(index, outside: -1) { Int32(region.view.labels[$0]) }, index)
  }

  /// The label of a voxel of the row among its neighbours' labels.
  @inline(__always)
  private func elect(_ labels: SIMD8<Int32>, _ index: Int) -> Int16 {
    let (z, y, x) = place(index)
    let nearest =
      4 * (z.nearestIndex - z.floorIndex) + 2 * (y.nearestIndex - y.floorIndex)
      + (x.nearestIndex - x.floorIndex)
    return vote(
      labels, weights(z.fraction, y.fraction, x.fraction), nearest: labels[nearest])
  }
}
