/// One step of a resampling along axis 0: which planes to bring in, and which results they allow.
struct SlabStep: Sendable {
  /// Planes of the result.
  let outputs: Range<Int>
  /// Planes of the source that are new in this step; with large gaps between samples some are left
  /// out.
  let arrivals: [Int]
  /// First plane of the source that the step reads.
  let windowStart: Int
  /// Last plane of the source that the step reads; for splines beyond the taps, where the recursion
  /// starts.
  let windowEnd: Int
}

/// The order in which planes of the source come and planes of the result leave; it depends on sizes
/// only.
package struct SlabSchedule: Sendable {
  let steps: [SlabStep]
  /// Planes that must be kept at a time.
  package let capacity: Int

  /// The steps for slabs of at most `thickness` planes of the result.
  package init(_ axis: AxisOperator, thickness: Int) {
    let last = axis.inputCount - 1
    var steps: [SlabStep] = []
    var capacity = 1
    var arrived = 0
    for start in stride(from: 0, to: axis.outputCount, by: thickness) {
      let outputs = start..<min(start + thickness, axis.outputCount)
      var windowStart = max(0, axis.first[outputs.lowerBound])
      var windowEnd = min(last, axis.first[outputs.upperBound - 1] + axis.tapCount - 1)
      let arrivals: [Int]
      if axis.interpolation == .cubic {
        windowEnd = min(last, windowEnd + CubicFilter.lookahead)
        arrivals = windowEnd >= arrived ? Array(arrived...windowEnd) : []
        // The causal recursion goes on from the plane before the first new one.
        if let first = arrivals.first { windowStart = min(windowStart, max(0, first - 1)) }
        windowEnd = max(windowEnd, arrived - 1)
      } else {
        let needed = Set(outputs.flatMap { axis.first[$0]..<axis.first[$0] + axis.tapCount })
        arrivals = needed.filter { $0 >= arrived }.sorted()
        windowEnd = max(windowEnd, arrived - 1)
      }
      arrived = max(arrived, (arrivals.last ?? -1) + 1)
      capacity = max(capacity, windowEnd - windowStart + 1)
      steps.append(
        SlabStep(
          outputs: outputs, arrivals: arrivals, windowStart: windowStart, windowEnd: windowEnd))
    }
    self.steps = steps
    self.capacity = capacity
  }
}
