import Volumes

/// Fills a patch slice by slice with the region's values along `path`, bilinearly.
///
/// The path must run within slices: its first axis is the patch's.
func sampleBilinear(_ region: CutRegion, path: AffinePath, into patch: PatchMemory) {
  sample(patch, of: region.view) { z, y in
    BilinearRow(
      region: region, slice: z, count: patch.shape.width,
      y: path.axis(1, z: z, y: y, in: region), x: path.axis(2, z: z, y: y, in: region))
  }
}

/// The places in a slice of a region at which one row of a patch is sampled.
private struct BilinearRow: SampledRow {
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

  func sampleInterior(_ source: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>) {
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

  func sampleInterior(into row: UnsafeMutablePointer<Int16>) {
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
        // Sign-extends the lower and the upper label of both pairs.
        let pairs = SIMD4(
          Int32(Int16(truncatingIfNeeded: a)), Int32(bitPattern: a) >> 16,
          Int32(Int16(truncatingIfNeeded: b)), Int32(bitPattern: b) >> 16)
        row[index] = elect(SIMD8(lowHalf: pairs, highHalf: pairs), index)
      }
    }
  }

  /// The weights of the four neighbours, the last axis alternating fastest, and four of 0.
  @inline(__always)
  private func weights(_ fy: Float, _ fx: Float) -> SIMD8<Float> {
    let (y, x) = (1 - fy, 1 - fx)
    return SIMD8(x * y, fx * y, x * fy, fx * fy, 0, 0, 0, 0)
  }

  /// What `value` gives for the four neighbours' positions in memory, or `outside` where there is no data; then four times `outside`.
  @inline(__always)
  private func neighbours<Value: SIMDScalar>(
    _ index: Int, outside: Value, _ value: (Int) -> Value
  ) -> SIMD8<Value> {
    let (place, lower, upper) = (place(index), region.lower, region.upper)
    let (y, x) = (place.y.floorIndex, place.x.floorIndex)
    let (top, bottom) = (y >= lower.y && y < upper.y, y + 1 >= lower.y && y + 1 < upper.y)
    let (left, right) = (x >= lower.x && x < upper.x, x + 1 >= lower.x && x + 1 < upper.x)
    let line = region.rowStride
    let origin = region.offset(slice, y, x)
    return SIMD8(
      top && left ? value(origin) : outside, top && right ? value(origin + 1) : outside,
      bottom && left ? value(origin + line) : outside,
      bottom && right ? value(origin + line + 1) : outside, outside, outside, outside, outside)
  }

  func checkedIntensity(_ source: UnsafePointer<Float>, _ index: Int) -> Float {
    let (y, x) = place(index)
    return (neighbours(index, outside: 0) { source[$0] } * weights(y.fraction, x.fraction)).sum()
  }

  func checkedLabel(_ index: Int) -> Int16 {
    elect(neighbours(index, outside: -1) { Int32(region.view.labels[$0]) }, index)
  }

  /// The label of a voxel of the row among its neighbours' labels.
  @inline(__always)
  private func elect(_ labels: SIMD8<Int32>, _ index: Int) -> Int16 {
    let (y, x) = place(index)
    let nearest = 2 * (y.nearestIndex - y.floorIndex) + (x.nearestIndex - x.floorIndex)
    // The places that are no neighbours must not bring in a label of their own.
    let labels = SIMD8(lowHalf: labels.lowHalf, highHalf: SIMD4(repeating: labels[nearest]))
    return vote(labels, weights(y.fraction, x.fraction), nearest: labels[nearest])
  }
}
