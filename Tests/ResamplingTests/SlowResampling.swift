import Resampling
import Volumes

/// The reference's one-dimensional resampling in double precision, word for word: twelve repeated
/// samples, the full recursive filter with half-sample reflection, four taps.
func slowlyResampled(_ samples: [Double], to count: Int, _ interpolation: Interpolation) -> [Double]
{
  let n = samples.count
  let step = Double(n) / Double(count)
  let positions = (0..<count).map { (Double($0) + 0.5) * step - 0.5 }
  switch interpolation {
  case .nearest:
    return positions.map { samples[min(max(Int(($0 + 0.5).rounded(.down)), 0), n - 1)] }
  case .linear:
    return positions.map { position in
      let lower = Int(position.rounded(.down))
      let t = position - Double(lower)
      return (1 - t) * samples[min(max(lower, 0), n - 1)] + t
        * samples[min(max(lower + 1, 0), n - 1)]
    }
  case .cubic:
    var c = Array(repeating: samples[0], count: 12) + samples
    c += Array(repeating: samples[n - 1], count: 12)
    let z = 3.0.squareRoot() - 2
    let m = c.count
    c = c.map { $0 * 6 }
    var power = z
    var full = 1.0
    for _ in 0..<m { full *= z }
    var sum = c[0] + full * c[m - 1]
    for i in 1..<m {
      sum += power * (c[i] + full * c[m - 1 - i])
      power *= z
    }
    c[0] += sum * z / (1 - full * full)
    for i in 1..<m { c[i] += z * c[i - 1] }
    c[m - 1] *= z / (z - 1)
    for i in stride(from: m - 2, through: 0, by: -1) { c[i] = z * (c[i + 1] - c[i]) }
    return positions.map { position in
      let base = (position + 12).rounded(.down)
      let t = position + 12 - base
      let u = 1 - t
      let weights = [
        u * u * u / 6, (t * t * (t - 2) * 3 + 4) / 6, (u * u * (u - 2) * 3 + 4) / 6, t * t * t / 6,
      ]
      return (0..<4).map { weights[$0] * c[Int(base) - 1 + $0] }.reduce(0, +)
    }
  }
}

/// Three passes of ``slowlyResampled(_:to:_:)``, with no limits on the result.
func slowlyResampled(
  _ array: VoxelArray<Float>, to shape: Shape3, _ interpolations: [Interpolation]
) -> [Double] {
  var lengths = array.shape.lengths
  var values = array.elements.map(Double.init)
  for axis in 0..<3 {
    let inner = lengths[(axis + 1)...].reduce(1, *)
    let outer = lengths[..<axis].reduce(1, *)
    let (n, m) = (lengths[axis], shape[axis])
    var result = [Double](repeating: 0, count: outer * m * inner)
    for o in 0..<outer {
      for i in 0..<inner {
        let line = (0..<n).map { values[(o * n + $0) * inner + i] }
        for (k, value) in slowlyResampled(line, to: m, interpolations[axis]).enumerated() {
          result[(o * m + k) * inner + i] = value
        }
      }
    }
    values = result
    lengths[axis] = m
  }
  return values
}

/// Noise of the given shape with values around an offset.
func noise(_ shape: Shape3, seed: UInt64, offset: Float = 0) -> VoxelArray<Float> {
  var state = seed
  let elements = (0..<shape.count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 24) + offset
  }
  return VoxelArray(shape: shape, elements: elements)
}
