package import RandomNumbers

/// A smooth random function of position: random values at the points of a lattice, interpolated
/// between.
///
/// It has two continuous derivatives, values between -1 and 1, and needs no memory: the value at a
/// lattice point is a hash of its place.
///
/// - Source: Perlin, "Improving noise", ACM TOG 21(3), 2002, doi:10.1145/566654.566636 (the
///   interpolating polynomial).
package struct SmoothNoise {
  private let seed: UInt64
  /// Rows of a rotation divided by the lattice's spacing: the lattice lies askew, so that no image
  /// axis shows it.
  private let rows: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)

  /// A function of its own.
  ///
  /// - Parameters:
  ///   - scale: Distance of the lattice's points in mm.
  ///   - generator: Decides the values and the lattice's direction.
  package init(scale: Float, using generator: inout SplitMix64) {
    seed = generator.next()
    func direction() -> SIMD3<Float> {
      SIMD3(generator.uniform(-1...1), generator.uniform(-1...1), generator.uniform(-1...1))
    }
    let first = normalised(direction() + [0.01, 0, 0])
    let second = normalised(cross(first, direction() + [0, 0.01, 0]))
    rows = (first / scale, second / scale, cross(first, second) / scale)
  }

  /// The value at a point in mm.
  package func callAsFunction(_ point: SIMD3<Float>) -> Float {
    let place = SIMD3(
      (rows.0 * point).sum(), (rows.1 * point).sum(), (rows.2 * point).sum())
    let corner = place.rounded(.down)
    let t = place - corner
    let weight = t * t * t * (t * (t * 6 - 15) + 10)
    let (x, y, z) = (Int64(corner.x), Int64(corner.y), Int64(corner.z))
    func row(_ dy: Int64, _ dz: Int64) -> Float {
      let a = value(x, y + dy, z + dz)
      return a + (value(x + 1, y + dy, z + dz) - a) * weight.x
    }
    func plane(_ dz: Int64) -> Float {
      let a = row(0, dz)
      return a + (row(1, dz) - a) * weight.y
    }
    let a = plane(0)
    return a + (plane(1) - a) * weight.z
  }

  private func value(_ x: Int64, _ y: Int64, _ z: Int64) -> Float {
    var hash = seed
    hash = hash &+ UInt64(bitPattern: x) &* 0x9E37_79B9_7F4A_7C15
    hash = hash &+ UInt64(bitPattern: y) &* 0xC2B2_AE3D_27D4_EB4F
    hash = hash &+ UInt64(bitPattern: z) &* 0x1656_67B1_9E37_79F9
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    hash ^= hash >> 31
    return Float(hash >> 40) * (2 / Float(1 << 24)) - 1
  }
}

private func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

private func normalised(_ a: SIMD3<Float>) -> SIMD3<Float> { a / (a * a).sum().squareRoot() }
