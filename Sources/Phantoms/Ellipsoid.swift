import Glibc

/// An ellipsoid in patient space, turned about the axis from foot to head.
struct Ellipsoid {
  /// Centre in mm.
  var centre: SIMD3<Float>
  /// Half axes in mm.
  var halfAxes: SIMD3<Float>
  private var cosine: Float = 1
  private var sine: Float = 0

  init(centre: SIMD3<Float>, halfAxes: SIMD3<Float>, turnedBy degrees: Float = 0) {
    self.centre = centre
    self.halfAxes = halfAxes
    cosine = cosf(degrees * .pi / 180)
    sine = sinf(degrees * .pi / 180)
  }

  /// Signed distance in mm from the surface, negative inside; exact for spheres, first order near
  /// the surface of others.
  func distance(_ point: SIMD3<Float>) -> Float {
    let p = point - centre
    let turned = SIMD3(cosine * p.x + sine * p.y, cosine * p.y - sine * p.x, p.z) / halfAxes
    let radius = (turned * turned).sum().squareRoot()
    let gradient = turned / halfAxes
    let steepness = (gradient * gradient).sum().squareRoot()
    // At the centre the quotient is 0 / 0; the shortest half axis is the distance there.
    if steepness == 0 { return -halfAxes.min() }
    return radius * (radius - 1) / steepness
  }
}

/// The signed distance of a union whose seam is rounded over about `width` mm.
///
/// - Source: Quilez, "Smooth minimum", iquilezles.org/articles/smin, quadratic polynomial.
func smoothUnion(_ a: Float, _ b: Float, width: Float) -> Float {
  let h = max(width - abs(a - b), 0) / width
  return min(a, b) - h * h * width * 0.25
}
