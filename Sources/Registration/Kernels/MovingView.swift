import SpatialTransforms
import Volumes

/// The moving image as the kernels read it: buffers that outlive it.
struct MovingView {
  let values: UnsafePointer<Float>
  /// 1 for voxels that count, or nil.
  let mask: UnsafePointer<UInt8>?
  let extent: Extent
  private let upper: SIMD4<Double>
  private let last: SIMD4<Double>
  /// A little below the last voxels' centres.
  private let inner: SIMD4<Double>

  init(values: UnsafePointer<Float>, mask: UnsafePointer<UInt8>?, extent: Extent) {
    (self.values, self.mask, self.extent) = (values, mask, extent)
    let count = SIMD4(Double(extent.x), Double(extent.y), Double(extent.z), 1)
    (upper, last, inner) = (count - 0.5, count - 1, count - 1 - 1e-6)
  }

  /// The linearly interpolated value at a place in voxel coordinates and its derivatives by them.
  ///
  /// - Parameter place: Voxel coordinates x, y, z, and 0.
  /// - Returns: Value, then the derivatives along x, y, z; nil outside the image or the mask, by
  ///   ITK's rule for what is inside.
  @inline(__always)
  func sample(_ place: SIMD4<Double>) -> SIMD4<Float>? {
    if place.x >= 0, place.y >= 0, place.z >= 0, place.x < inner.x, place.y < inner.y,
      place.z < inner.z
    {
      if let mask, mask[nearest(place)] == 0 { return nil }
      return interpolate(place)
    }
    return contains(place) ? sampleAtEdge(place) : nil
  }

  /// The same between voxels' centres.
  @inline(__always)
  private func interpolate(_ place: SIMD4<Double>) -> SIMD4<Float> {
    // The nearest whole number half a voxel below; at a voxel's centre it may be either neighbour,
    // with a fraction of 0 or 1.
    let raised = place - 0.5 + roundingOffset
    let t = SIMD4<Float>(place - (raised - roundingOffset))
    let (x, y, z) = (raised.x.lowestBits, raised.y.lowestBits, raised.z.lowestBits)
    let base = UnsafeRawPointer(values + ((z &* extent.y &+ y) &* extent.x &+ x))
    let row = 4 &* extent.x
    let plane = row &* extent.y
    @inline(__always)
    func pair(_ offset: Int) -> SIMD2<Float> {
      base.loadUnaligned(fromByteOffset: offset, as: SIMD2<Float>.self)
    }
    // Neighbours (x, y): 00, 10, 01, 11.
    let near = SIMD4(lowHalf: pair(0), highHalf: pair(row))
    let far = SIMD4(lowHalf: pair(plane), highHalf: pair(plane &+ row))
    let depth = far - near
    let between = near + depth * t.z
    let rise = between.highHalf - between.lowHalf
    let line = between.lowHalf + rise * t.y
    let slopes = depth.lowHalf + (depth.highHalf - depth.lowHalf) * t.y
    let gx = line.y - line.x
    let gy = rise.x + (rise.y - rise.x) * t.x
    let gz = slopes.x + (slopes.y - slopes.x) * t.x
    return SIMD4(line.x + gx * t.x, gx, gy, gz)
  }

  /// The same in the half voxel around the outermost centres: the value there, which does not change
  /// with the place.
  @inline(never)
  private func sampleAtEdge(_ place: SIMD4<Double>) -> SIMD4<Float> {
    func inside(_ position: Double, _ inner: Double) -> Double {
      position < inner ? max(position, 0) : inner
    }
    var result = interpolate(
      SIMD4(
        inside(place.x, inner.x), inside(place.y, inner.y), inside(place.z, inner.z), 0))
    if place.x < 0 || place.x > last.x { result.y = 0 }
    if place.y < 0 || place.y > last.y { result.z = 0 }
    if place.z < 0 || place.z > last.z { result.w = 0 }
    return result
  }

  /// Whether a place lies in a voxel of the image, and in one that counts.
  @inline(__always)
  func contains(_ place: SIMD4<Double>) -> Bool {
    guard place.x >= -0.5, place.y >= -0.5, place.z >= -0.5, place.x < upper.x, place.y < upper.y,
      place.z < upper.z
    else { return false }
    guard let mask else { return true }
    return mask[nearest(place)] != 0
  }

  @inline(__always)
  private func nearest(_ place: SIMD4<Double>) -> Int {
    extent.index(
      min(extent.x &- 1, Int((place.x + 0.5).rounded(.down))),
      min(extent.y &- 1, Int((place.y + 0.5).rounded(.down))),
      min(extent.z &- 1, Int((place.z + 0.5).rounded(.down))))
  }
}

/// Adding it makes a number of less than 2^50 lose its fraction, and brings what is left into the
/// lowest bits.
private let roundingOffset = 0x1.8p52

extension Double {
  /// The whole number that ``roundingOffset`` was added to.
  @inline(__always)
  fileprivate var lowestBits: Int {
    Int(truncatingIfNeeded: bitPattern & 0x0007_FFFF_FFFF_FFFF)
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
