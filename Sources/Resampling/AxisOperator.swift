/// Resampling along one axis: for every output the first of its taps and their weights.
///
/// Because every interpolation here is a product of one-dimensional ones, three of these make a
/// volume's resampling.
package struct AxisOperator: Sendable {
  let inputCount: Int
  let outputCount: Int
  /// Interpolation that is really done: one voxel in is constant out, whatever was asked for.
  let interpolation: Interpolation
  /// Whether the result is the input.
  ///
  /// At integer positions the three interpolations reproduce the samples.
  let isIdentity: Bool
  /// First tap of every output.
  ///
  /// Linear: at most `inputCount - 2`. Cubic: `-2 ... inputCount - 2`.
  let first: [Int]
  /// Weights, `tapCount` for every output.
  let weights: [Float]

  /// Taps of every output: 1, 2 or 4.
  var tapCount: Int {
    switch interpolation {
    case .nearest: 1
    case .linear: 2
    case .cubic: 4
    }
  }

  /// Resampling of `input` samples to `output`, outer faces aligned.
  package init(_ input: Int, to output: Int, _ interpolation: Interpolation) {
    self.init(input, to: output, step: Double(input) / Double(output), interpolation)
  }

  /// Resampling of `input` samples to `output` whose distance is `step` of the source's, first
  /// faces aligned.
  init(_ input: Int, to output: Int, step: Double, _ interpolation: Interpolation) {
    precondition(input >= 1 && output >= 1, "an axis of \(input) cannot become one of \(output)")
    inputCount = input
    outputCount = output
    self.interpolation = input == 1 ? .nearest : interpolation
    isIdentity = input == output && step == 1
    var first: [Int] = []
    var weights: [Float] = []
    first.reserveCapacity(output)
    for index in 0..<output {
      let position = samplePosition(index, step: step)
      switch self.interpolation {
      case .nearest:
        first.append(nearestSample(position, of: input))
        weights.append(1)
      case .linear:
        let clamped = min(max(position, 0), Double(input - 1))
        // The last sample is reached as the second tap, so that two taps always exist.
        let tap = min(Int(clamped), input - 2)
        first.append(tap)
        weights.append(Float(1 - (clamped - Double(tap))))
        weights.append(Float(clamped - Double(tap)))
      case .cubic:
        let clamped = min(max(position, -0.5), Double(input) - 0.5)
        let base = clamped.rounded(.down)
        first.append(Int(base) - 1)
        weights.append(contentsOf: cubicWeights(clamped - base).map { Float($0) })
      }
    }
    self.first = first
    self.weights = weights
  }
}

/// Where output `index` samples the source, in source samples; the order of operations decides
/// exact ties, as in the reference.
@inline(__always)
func samplePosition(_ index: Int, step: Double) -> Double { (Double(index) + 0.5) * step - 0.5 }

/// The sample nearest to a position, half way the later one, at the ends the outermost.
@inline(__always)
func nearestSample(_ position: Double, of count: Int) -> Int {
  let clamped = min(max(position, 0), Double(count - 1))
  return Int((clamped + 0.5).rounded(.down))
}

/// Weights of the cubic B-spline for the taps at -1, 0, 1, 2 of a point at `t` between 0 and 1.
///
/// - Source: Unser, IEEE Signal Processing Magazine 16(6), 1999, doi:10.1109/79.799930.
func cubicWeights(_ t: Double) -> [Double] {
  let u = 1 - t
  let before = u * u * u / 6
  let left = (t * t * (t - 2) * 3 + 4) / 6
  let right = (u * u * (u - 2) * 3 + 4) / 6
  return [before, left, right, 1 - before - left - right]
}
