/// Samples that go through the recursions side by side.
typealias Lanes = SIMD16<Float>

/// Numbers of the recursive filter that turns samples into cubic B-spline coefficients.
///
/// The reference repeats the outermost sample twelve times before it filters. The pole's twelfth
/// power is 1e-7 and the taps reach two samples out, so that twelve repetitions and endlessly many,
/// which have the closed forms used here, differ by 1e-14.
///
/// - Source: Unser, Aldroubi, Eden, IEEE PAMI 13(3), 1991, doi:10.1109/34.75515.
enum CubicFilter {
  /// The filter's pole, sqrt(3) - 2.
  static let pole: Float = -0.267_949_192_431_122_7
  /// Factor on the samples before the recursions.
  static let gain: Float = 6
  /// Response of the causal recursion to an endless constant 1: gain / (1 - pole).
  static let causalConstant = gain / (1 - pole)
  /// Samples that the anticausal recursion needs beyond its first useful one where the axis goes
  /// on: the pole's 16th power is 7e-10.
  static let lookahead = 16
  /// Coefficients beyond each end that the taps can reach.
  static let margin = 2

  /// Anticausal value `ahead` samples after the last, for samples that stay constant there.
  ///
  /// - Parameters:
  ///   - last: Causal value of the last sample.
  ///   - settled: Causal value that the constant tends to.
  ///   - ahead: 0, 1 or 2.
  /// - Returns: The value of the coefficient there.
  @inline(__always)
  static func beyond(_ last: Lanes, settled: Lanes, ahead: Int) -> Lanes {
    let decay = ahead == 0 ? 1 : (ahead == 1 ? pole : pole * pole)
    let constant = settled * (-pole / (1 - pole))
    return constant + (last - settled) * (decay * (-pole / (1 - pole * pole)))
  }

  /// Turns `count` samples, standing at `margin ..< margin + count`, into coefficients at `0 ..<
  /// count + 2 * margin`, in place.
  @inline(__always)
  static func run(_ lanes: UnsafeMutablePointer<Lanes>, count: Int) {
    let samples = lanes + margin
    let start = samples[0] * causalConstant
    let settled = samples[count - 1] * causalConstant
    var state = start
    samples[0] = state
    for index in 1..<count {
      state = samples[index] * gain + state * pole
      samples[index] = state
    }
    samples[count] = beyond(state, settled: settled, ahead: 1)
    samples[count + 1] = beyond(state, settled: settled, ahead: 2)
    state = beyond(state, settled: settled, ahead: 0)
    samples[count - 1] = state
    for index in stride(from: count - 2, through: 0, by: -1) {
      state = (state - samples[index]) * pole
      samples[index] = state
    }
    lanes[1] = (state - start) * pole
    lanes[0] = (lanes[1] - start) * pole
  }
}

/// The 16 numbers at `pointer`, or only the first `count` of them and zeros.
@inline(__always)
func loadLanes(_ pointer: UnsafePointer<Float>, _ count: Int) -> Lanes {
  if count >= Lanes.scalarCount {
    return UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
  }
  var lanes = Lanes(repeating: 0)
  for lane in 0..<count { lanes[lane] = pointer[lane] }
  return lanes
}

/// Writes all 16 lanes to `pointer`, or only the first `count`.
@inline(__always)
func storeLanes(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
  if count >= Lanes.scalarCount {
    UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: Lanes.self)
  } else {
    for lane in 0..<count { pointer[lane] = lanes[lane] }
  }
}

/// Limits `count` numbers to a range; what is not a number stays so.
func clip(
  _ values: UnsafeMutablePointer<Float>, count: Int, to bounds: ClosedRange<Float>
) {
  let (lower, upper) = (bounds.lowerBound, bounds.upperBound)
  var index = 0
  while index < count {
    let width = min(Lanes.scalarCount, count - index)
    var lanes = loadLanes(values + index, width)
    lanes.replace(with: lower, where: lanes .< lower)
    lanes.replace(with: upper, where: lanes .> upper)
    storeLanes(lanes, values + index, width)
    index += Lanes.scalarCount
  }
}

/// `a * first + b * second`, element by element.
@inline(__always)
func blend(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, weights: (first: Float, second: Float),
  into target: UnsafeMutablePointer<Float>, count: Int
) {
  var index = 0
  while index &+ Lanes.scalarCount <= count {
    let left = UnsafeRawPointer(a + index).loadUnaligned(as: Lanes.self)
    let right = UnsafeRawPointer(b + index).loadUnaligned(as: Lanes.self)
    storeLanes(left * weights.first + right * weights.second, target + index, Lanes.scalarCount)
    index &+= Lanes.scalarCount
  }
  while index < count {
    target[index] = a[index] * weights.first + b[index] * weights.second
    index &+= 1
  }
}
