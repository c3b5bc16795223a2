import SpatialTransforms
import Volumes

/// The moving image as the kernels read it: buffers that outlive it.
struct MovingView {
  let values: UnsafePointer<Float>
  /// 1 for voxels that count, or nil.
  let mask: UnsafePointer<UInt8>?
  let extent: Extent

  /// The linearly interpolated value at a place in voxel coordinates and its derivatives by them.
  ///
  /// - Returns: Value, then the derivatives along x, y, z; nil outside the image or the mask, by
  ///   ITK's rule for what is inside.
  @inline(__always)
  func sample(_ place: SIMD4<Double>) -> SIMD4<Float>? {
    let (nx, ny, nz) = (extent.x, extent.y, extent.z)
    guard place.x >= -0.5, place.y >= -0.5, place.z >= -0.5, place.x < Double(nx) - 0.5,
      place.y < Double(ny) - 0.5, place.z < Double(nz) - 0.5
    else { return nil }
    if let mask, mask[nearest(place)] == 0 { return nil }
    // The lower neighbour is at most the last but one, so that the upper one is always there.
    let x0 = min(Int(max(place.x, 0)), nx &- 2)
    let y0 = min(Int(max(place.y, 0)), ny &- 2)
    let z0 = min(Int(max(place.z, 0)), nz &- 2)
    let tx = Float(min(max(place.x - Double(x0), 0), 1))
    let ty = Float(min(max(place.y - Double(y0), 0), 1))
    let tz = Float(min(max(place.z - Double(z0), 0), 1))
    let base = values + ((z0 &* ny &+ y0) &* nx &+ x0)
    let plane = nx &* ny
    // Corners (y, z): 00, 10, 01, 11.
    let left = SIMD4<Float>(base[0], base[nx], base[plane], base[plane &+ nx])
    let right = SIMD4<Float>(base[1], base[nx &+ 1], base[plane &+ 1], base[plane &+ nx &+ 1])
    let slope = right - left
    let along = left + slope * tx
    let (low, high) = (along.evenHalf, along.oddHalf)  // y = 0 and 1, each for z = 0, 1
    let rise = high - low
    let rows = low + rise * ty
    let (slopeLow, slopeHigh) = (slope.evenHalf, slope.oddHalf)
    let slopes = slopeLow + (slopeHigh - slopeLow) * ty
    let value = rows.x + (rows.y - rows.x) * tz
    // Where the place is clamped the value does not change with it.
    let gx = place.x >= 0 && place.x <= Double(nx &- 1) ? slopes.x + (slopes.y - slopes.x) * tz : 0
    let gy = place.y >= 0 && place.y <= Double(ny &- 1) ? rise.x + (rise.y - rise.x) * tz : 0
    let gz = place.z >= 0 && place.z <= Double(nz &- 1) ? rows.y - rows.x : 0
    return SIMD4(value, gx, gy, gz)
  }

  @inline(__always)
  private func nearest(_ place: SIMD4<Double>) -> Int {
    extent.index(
      min(extent.x &- 1, Int((place.x + 0.5).rounded(.down))),
      min(extent.y &- 1, Int((place.y + 0.5).rounded(.down))),
      min(extent.z &- 1, Int((place.z + 0.5).rounded(.down))))
  }
}

/// The way from a sample's position, relative to the centre, to voxel coordinates of the moving
/// image.
struct SampleMap {
  private let x: SIMD4<Double>
  private let y: SIMD4<Double>
  private let z: SIMD4<Double>
  private let offset: SIMD4<Double>

  /// - Parameters:
  ///   - matrix: Voxels per millimetre.
  ///   - image: Voxel coordinates of where the centre goes.
  init(matrix: Matrix3, image: Vector3) {
    func packed(_ v: Vector3) -> SIMD4<Double> { SIMD4(v.x, v.y, v.z, 0) }
    (x, y, z) = (packed(matrix.columns[0]), packed(matrix.columns[1]), packed(matrix.columns[2]))
    offset = packed(image)
  }

  @inline(__always)
  func callAsFunction(_ px: Float, _ py: Float, _ pz: Float) -> SIMD4<Double> {
    offset + x * Double(px) + y * Double(py) + z * Double(pz)
  }
}
