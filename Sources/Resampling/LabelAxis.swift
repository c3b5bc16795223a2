/// Taps of label resampling along one axis, in double precision because exact ties decide.
struct LabelAxis: Sendable {
  let inputCount: Int
  let outputCount: Int
  /// The two taps of every output; equal where the second has no weight.
  let taps: [(lower: Int, upper: Int)]
  /// Their weights.
  let weights: [(lower: Double, upper: Double)]
  /// The nearest sample of every output.
  let nearest: [Int]

  /// Resampling of `input` samples to `output` at `step` source samples, first faces aligned.
  init(_ input: Int, to output: Int, step: Double, _ interpolation: Interpolation) {
    precondition(input >= 1 && output >= 1, "an axis of \(input) cannot become one of \(output)")
    inputCount = input
    outputCount = output
    let positions = (0..<output).map { samplePosition($0, step: step) }
    nearest = positions.map { nearestSample($0, of: input) }
    guard interpolation != .nearest else {
      taps = nearest.map { ($0, $0) }
      weights = nearest.map { _ in (1, 0) }
      return
    }
    var taps: [(lower: Int, upper: Int)] = []
    var weights: [(lower: Double, upper: Double)] = []
    for position in positions {
      let clamped = min(max(position, 0), Double(input - 1))
      let lower = Int(clamped.rounded(.down))
      // The reference computes the second weight from the first, which rounds differently from the
      // fraction itself.
      let first = 1 - (clamped - Double(lower))
      let second = 1 - first
      taps.append((lower, second == 0 ? lower : min(lower + 1, input - 1)))
      weights.append((first, second))
    }
    self.taps = taps
    self.weights = weights
  }

  /// Resampling of `input` samples to `output`, outer faces aligned.
  init(_ input: Int, to output: Int, _ interpolation: Interpolation) {
    self.init(input, to: output, step: Double(input) / Double(output), interpolation)
  }
}
