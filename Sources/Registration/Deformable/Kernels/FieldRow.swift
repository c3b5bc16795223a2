import Volumes

/// A row of a field between the rows of a grid with half as many voxels.
struct FieldRow {
  private let vectors: UnsafeMutablePointer<SIMD4<Float>>
  private let count: Int

  /// - Parameter count: Vectors of a row of the field.
  init(count: Int) {
    self.count = count
    vectors = .allocate(capacity: count)
    vectors.initialize(repeating: SIMD4(repeating: 0), count: count)
  }

  func deallocate() { vectors.deallocate() }

  /// The field's vectors, interpolated along y and z, for a row of the image.
  func halfway(_ row: Int, _ extent: Extent, _ field: FieldView) -> UnsafePointer<SIMD4<Float>> {
    let half = field.extent
    let (y0, y1, ty) = HalfTaps.neighbours(row % extent.y, half.y)
    let (z0, z1, tz) = HalfTaps.neighbours(row / extent.y, half.z)
    let a = field.vectors + half.index(0, y0, z0)
    let b = field.vectors + half.index(0, y1, z0)
    let c = field.vectors + half.index(0, y0, z1)
    let d = field.vectors + half.index(0, y1, z1)
    for x in 0..<count {
      let low = a[x] + (b[x] - a[x]) * ty
      let high = c[x] + (d[x] - c[x]) * ty
      vectors[x] = low + (high - low) * tz
    }
    return UnsafePointer(vectors)
  }

  /// The vector at voxel `x` of the image in a row of the field.
  @inline(__always)
  static func vector(
    _ x: Int, _ row: UnsafePointer<SIMD4<Float>>, _ count: Int
  ) -> SIMD4<Float> {
    let (lower, upper, fraction) = HalfTaps.neighbours(x, count)
    return row[lower] + (row[upper] - row[lower]) * fraction
  }
}

/// Linear interpolation from a grid of half as many voxels, along one axis, and its transpose.
struct HalfTaps {
  /// Voxels of the finer grid.
  let count: Int

  init(_ count: Int) { self.count = count }

  /// Between which coarse voxels a fine one lies, and how far from the first.
  @inline(__always)
  static func neighbours(_ fine: Int, _ coarseCount: Int) -> (Int, Int, Float) {
    let own = fine >> 1
    // An even voxel lies before the centre of its coarse one.
    if fine & 1 == 0 { return (max(0, own &- 1), own, own == 0 ? 0 : 0.75) }
    return (own, min(own &+ 1, coarseCount &- 1), own &+ 1 < coarseCount ? 0.25 : 0)
  }

  /// The fine voxels that read a coarse one, and how much of it.
  func taps(_ coarse: Int) -> [(index: Int, weight: Float)] {
    let half = (count + 1) / 2
    return (max(0, 2 * coarse - 1)...min(count - 1, 2 * coarse + 2)).map { fine in
      let (lower, upper, fraction) = Self.neighbours(fine, half)
      var weight: Float = 0
      if lower == coarse { weight += 1 - fraction }
      if upper == coarse { weight += fraction }
      return (fine, weight)
    }
  }
}
