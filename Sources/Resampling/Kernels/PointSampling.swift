internal import Volumes

/// Values of an image between its voxels, by ITK's rules for points inside.
///
/// - Source: ITK 5.4 `LinearInterpolateImageFunction`, `NearestNeighborInterpolateImageFunction`,
///   `BSplineInterpolateImageFunction`.
struct PointSampling {
  /// Voxels, or B-spline coefficients for ``Interpolation/cubic``, x fastest.
  let values: UnsafePointer<Float>
  let extent: Extent
  let interpolation: Interpolation
  /// Value of points outside the image.
  let outside: Float

  /// Fills one row of the result from points in voxel coordinates.
  func fill(_ row: UnsafeMutablePointer<Float>, at points: UnsafeMutableBufferPointer<Vector3>) {
    switch interpolation {
    case .nearest:
      for x in points.indices {
        let point = points[x]
        row[x] = extent.contains(point) ? values[extent.nearestIndex(point)] : outside
      }
    case .linear:
      for x in points.indices {
        let point = points[x]
        row[x] = extent.contains(point) ? linear(point) : outside
      }
    case .cubic:
      for x in points.indices {
        let point = points[x]
        row[x] = extent.contains(point) ? cubic(point) : outside
      }
    }
  }

  @inline(__always)
  private func linear(_ point: Vector3) -> Float {
    let (x0, x1, tx) = linearTaps(point.x, extent.x)
    let (y0, y1, ty) = linearTaps(point.y, extent.y)
    let (z0, z1, tz) = linearTaps(point.z, extent.z)
    let fraction = Float(tx)
    let rows = SIMD4<Int>(
      extent.index(0, y0, z0), extent.index(0, y1, z0), extent.index(0, y0, z1),
      extent.index(0, y1, z1))
    let left = SIMD4(
      values[rows[0] + x0], values[rows[1] + x0], values[rows[2] + x0], values[rows[3] + x0])
    let right = SIMD4(
      values[rows[0] + x1], values[rows[1] + x1], values[rows[2] + x1], values[rows[3] + x1])
    let lines = left * (1 - fraction) + right * fraction
    let planes = lines.evenHalf * Float(1 - ty) + lines.oddHalf * Float(ty)
    return planes[0] * Float(1 - tz) + planes[1] * Float(tz)
  }

  @inline(__always)
  private func cubic(_ point: Vector3) -> Float {
    let (x, wx) = splineTaps(point.x, extent.x)
    let (y, wy) = splineTaps(point.y, extent.y)
    let (z, wz) = splineTaps(point.z, extent.z)
    let isRun = x[3] &- x[0] == 3
    var sum = SIMD4<Float>(repeating: 0)
    for k in 0..<4 {
      for j in 0..<4 {
        let row = values + extent.index(0, y[j], z[k])
        let taps =
          isRun
          ? UnsafeRawPointer(row + x[0]).loadUnaligned(as: SIMD4<Float>.self)
          : SIMD4(row[x[0]], row[x[1]], row[x[2]], row[x[3]])
        sum += taps * (wy[j] * wz[k])
      }
    }
    return (sum * wx).sum()
  }

  /// The four coefficients around a position, mirrored at the outermost voxels, and their weights.
  @inline(__always)
  private func splineTaps(_ position: Double, _ count: Int) -> (SIMD4<Int>, SIMD4<Float>) {
    let base = position.rounded(.down)
    let (t, first) = (position - base, Int(base) &- 1)
    let u = 1 - t
    let before = u * u * u / 6
    let left = (t * t * (t - 2) * 3 + 4) / 6
    let right = (u * u * (u - 2) * 3 + 4) / 6
    let weights = SIMD4<Float>(
      Float(before), Float(left), Float(right), Float(1 - before - left - right))
    var taps = SIMD4<Int>(first, first &+ 1, first &+ 2, first &+ 3)
    if first < 0 || first &+ 3 >= count {
      for tap in 0..<4 { taps[tap] = mirrored(taps[tap], count) }
    }
    return (taps, weights)
  }

  /// The sample that stands for one beyond the ends, the outermost not repeated.
  @inline(__always)
  private func mirrored(_ index: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    let period = 2 * (count - 1)
    let rest = ((index % period) + period) % period
    return min(rest, period - rest)
  }
}
