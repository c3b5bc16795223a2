import Volumes

/// A field as the kernels read it: a buffer that outlives it.
struct FieldView {
  let vectors: UnsafePointer<SIMD4<Float>>
  let extent: Extent

  /// The vector at a place in voxels, linear in between; beyond the outermost centres it is theirs.
  @inline(__always)
  func sample(_ place: SIMD4<Float>) -> SIMD4<Float> {
    let cell = VoxelCell(place, extent)
    let (nx, plane) = (extent.x, extent.x &* extent.y)
    let base = vectors + cell.base
    let (tx, ty, tz) = (cell.fraction.x, cell.fraction.y, cell.fraction.z)
    let a = base[0] + (base[1] - base[0]) * tx
    let b = base[nx] + (base[nx &+ 1] - base[nx]) * tx
    let c = base[plane] + (base[plane &+ 1] - base[plane]) * tx
    let d = base[plane &+ nx] + (base[plane &+ nx &+ 1] - base[plane &+ nx]) * tx
    let low = a + (b - a) * ty
    let high = c + (d - c) * ty
    return low + (high - low) * tz
  }

  /// The derivatives of ``sample(_:)`` by the three coordinates of the place, each times `gradient`
  /// and summed: how a scalar changes with the place if it changes by `gradient` with the vector.
  @inline(__always)
  func slope(_ cell: VoxelCell, along gradient: SIMD4<Float>) -> SIMD4<Float> {
    let (nx, plane) = (extent.x, extent.x &* extent.y)
    let base = vectors + cell.base
    // The scalar at the eight corners; z varies fastest in the halves below.
    func scalar(_ corner: Int) -> Float {
      let product = base[corner] * gradient
      return product.x + product.y + product.z
    }
    let left = SIMD4(scalar(0), scalar(nx), scalar(plane), scalar(plane &+ nx))
    let right = SIMD4(
      scalar(1), scalar(nx &+ 1), scalar(plane &+ 1), scalar(plane &+ nx &+ 1))
    return trilinear(left, right, cell).slopes
  }
}

/// The eight voxels around a place; a place beyond the outermost centres is moved onto them.
struct VoxelCell {
  /// Index of the first of the eight.
  let base: Int
  /// How far the place is from it, each from 0 to 1; the fourth number is 0.
  let fraction: SIMD4<Float>
  /// 1 along axes where the place was not moved, else 0.
  let isFree: SIMD4<Float>

  /// - Parameters:
  ///   - place: The place in voxels.
  ///   - extent: At least 2 voxels along every axis.
  @inline(__always)
  init(_ place: SIMD4<Float>, _ extent: Extent) {
    let last = SIMD4(Float(extent.x &- 1), Float(extent.y &- 1), Float(extent.z &- 1), 0)
    let clamped = place.clamped(lowerBound: SIMD4(repeating: 0), upperBound: last)
    let x = min(Int(clamped.x), extent.x &- 2)
    let y = min(Int(clamped.y), extent.y &- 2)
    let z = min(Int(clamped.z), extent.z &- 2)
    base = (z &* extent.y &+ y) &* extent.x &+ x
    fraction = clamped - SIMD4(Float(x), Float(y), Float(z), 0)
    isFree = SIMD4<Float>(repeating: 0).replacing(with: 1, where: clamped .== place)
  }

  /// The weights of the eight voxels, x fastest.
  @inline(__always)
  var weights: SIMD8<Float> {
    let (t, u) = (fraction, 1 - fraction)
    let (a, b, c, d) = (u.y * u.z, t.y * u.z, u.y * t.z, t.y * t.z)
    return SIMD8(u.x * a, t.x * a, u.x * b, t.x * b, u.x * c, t.x * c, u.x * d, t.x * d)
  }
}

/// Linear interpolation of numbers at the corners of a cell, and its slopes by the place.
///
/// - Parameters:
///   - left: At the corners with the smaller x, as (y, z): 00, 10, 01, 11.
///   - right: At those with the larger x.
///   - cell: Where the place is.
/// - Returns: The value, and its derivatives along x, y, z and 0.
@inline(__always)
func trilinear(
  _ left: SIMD4<Float>, _ right: SIMD4<Float>, _ cell: VoxelCell
) -> (value: Float, slopes: SIMD4<Float>) {
  let t = cell.fraction
  let slope = right - left
  let along = left + slope * t.x
  let rise = along.oddHalf - along.evenHalf
  let rows = along.evenHalf + rise * t.y
  let slopes = slope.evenHalf + (slope.oddHalf - slope.evenHalf) * t.y
  let value = rows.x + (rows.y - rows.x) * t.z
  let derivative = SIMD4(
    slopes.x + (slopes.y - slopes.x) * t.z, rise.x + (rise.y - rise.x) * t.z, rows.y - rows.x, 0)
  return (value, derivative * cell.isFree)
}

/// An image as the kernels of the deformable registration read it.
struct ImageView {
  let values: UnsafePointer<Float>
  let extent: Extent

  /// The linearly interpolated value at a place in voxels and its derivatives by the place; beyond
  /// the outermost centres the value is theirs.
  @inline(__always)
  func sample(_ place: SIMD4<Float>) -> (value: Float, slopes: SIMD4<Float>) {
    let cell = VoxelCell(place, extent)
    let (nx, plane) = (extent.x, extent.x &* extent.y)
    let base = values + cell.base
    return trilinear(
      SIMD4(base[0], base[nx], base[plane], base[plane &+ nx]),
      SIMD4(base[1], base[nx &+ 1], base[plane &+ 1], base[plane &+ nx &+ 1]), cell)
  }
}
