internal import Volumes

/// Displacements at world points, from buffers that outlive it.
struct FieldSampling {
  private let toVoxels: PackedMap
  private let extent: Extent
  private let x: UnsafePointer<Float>
  private let y: UnsafePointer<Float>
  private let z: UnsafePointer<Float>
  private let isSpline: Bool

  /// A kernel for a grid of the given extent; the pointers hold a number for every voxel of it.
  init(
    toVoxels: PackedMap, extent: Extent,
    components: (x: UnsafePointer<Float>, y: UnsafePointer<Float>, z: UnsafePointer<Float>),
    isSpline: Bool
  ) {
    self.toVoxels = toVoxels
    self.extent = extent
    (x, y, z) = components
    self.isSpline = isSpline
  }

  /// The displacement in millimetres of a point; 0 outside.
  @inline(__always)
  func displacement(at point: Vector3) -> Vector3 {
    let place = toVoxels(point)
    return isSpline ? spline(place) : linear(place)
  }

  @inline(__always)
  private func linear(_ place: Vector3) -> Vector3 {
    guard place.x >= -0.5, place.y >= -0.5, place.z >= -0.5, place.x < Double(extent.x) - 0.5,
      place.y < Double(extent.y) - 0.5, place.z < Double(extent.z) - 0.5
    else { return Vector3(0, 0, 0) }
    let (x0, x1, tx) = taps(place.x, extent.x)
    let (y0, y1, ty) = taps(place.y, extent.y)
    let (z0, z1, tz) = taps(place.z, extent.z)
    let corners = SIMD8<Int>(
      extent.index(x0, y0, z0), extent.index(x1, y0, z0), extent.index(x0, y1, z0),
      extent.index(x1, y1, z0), extent.index(x0, y0, z1), extent.index(x1, y0, z1),
      extent.index(x0, y1, z1), extent.index(x1, y1, z1))
    let (ux, uy, uz) = (1 - tx, 1 - ty, 1 - tz)
    let weights = SIMD8<Double>(
      ux * uy * uz, tx * uy * uz, ux * ty * uz, tx * ty * uz, ux * uy * tz, tx * uy * tz,
      ux * ty * tz, tx * ty * tz)
    var sum = Vector3(0, 0, 0)
    for corner in 0..<8 {
      let (index, weight) = (corners[corner], weights[corner])
      sum.x += Double(x[index]) * weight
      sum.y += Double(y[index]) * weight
      sum.z += Double(z[index]) * weight
    }
    return sum
  }

  @inline(__always)
  private func taps(
    _ position: Double, _ count: Int
  ) -> (lower: Int, upper: Int, fraction: Double) {
    let clamped = min(max(position, 0), Double(count - 1))
    let lower = Int(clamped)
    return (lower, min(lower + 1, count - 1), clamped - Double(lower))
  }

  private func spline(_ place: Vector3) -> Vector3 {
    guard let (x0, wx) = splineTaps(place.x, extent.x),
      let (y0, wy) = splineTaps(place.y, extent.y),
      let (z0, wz) = splineTaps(place.z, extent.z)
    else { return Vector3(0, 0, 0) }
    var sum = Vector3(0, 0, 0)
    for k in 0..<4 {
      for j in 0..<4 {
        let row = extent.index(x0, y0 + j, z0 + k)
        let weights = wx * (wy[j] * wz[k])
        for i in 0..<4 {
          sum.x += Double(x[row + i]) * weights[i]
          sum.y += Double(y[row + i]) * weights[i]
          sum.z += Double(z[row + i]) * weights[i]
        }
      }
    }
    return sum
  }

  /// The first of the four coefficients around a position and their weights; nil where one of them
  /// is beyond the grid.
  private func splineTaps(_ position: Double, _ count: Int) -> (Int, SIMD4<Double>)? {
    let last = Double(count - 2)
    guard position >= 1 - 1e-9, position <= last + 1e-9, count >= 4 else { return nil }
    let first = min(max(Int(position.rounded(.down)) - 1, 0), count - 4)
    let t = min(max(position - Double(first + 1), 0), 1)
    let u = 1 - t
    let (before, after) = (u * u * u / 6, t * t * t / 6)
    let left = (t * t * (t - 2) * 3 + 4) / 6
    return (first, SIMD4(before, left, 1 - before - left - after, after))
  }
}

extension WarpField {
  /// Lends the kernel that samples this field; nil for a degenerate grid.
  func withSampling<Result>(_ body: (FieldSampling) -> Result) -> Result? {
    let (grid, numbers, isSpline) =
      switch self {
      case .displacement(let field): (field.geometry, field.components, false)
      case .splines(let field): (field.geometry, field.coefficients, true)
      }
    guard let toVoxels = PackedMap(toVoxelsOf: grid), grid.extent.count > 0 else { return nil }
    return numbers[0].withUnsafeBufferPointer { x in
      numbers[1].withUnsafeBufferPointer { y in
        numbers[2].withUnsafeBufferPointer { z in
          guard let x = x.baseAddress, let y = y.baseAddress, let z = z.baseAddress else {
            return nil
          }
          return body(
            FieldSampling(
              toVoxels: toVoxels, extent: grid.extent, components: (x, y, z), isSpline: isSpline))
        }
      }
    }
  }
}
