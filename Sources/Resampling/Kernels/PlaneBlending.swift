/// The planes of one channel on their way along axis 0: a ring, because only a window of them is
/// ever needed.
struct PlaneRing {
  /// `capacity` planes of `planeCount` elements.
  let planes: UnsafeMutablePointer<Float>
  let capacity: Int
  let planeCount: Int

  /// The plane of the source with the given index.
  @inline(__always)
  subscript(plane: Int) -> UnsafeMutablePointer<Float> {
    planes + (plane % capacity) &* planeCount
  }
}

/// Interpolation along axis 0 for one step of a schedule.
struct PlaneBlending {
  let axis: AxisOperator
  let step: SlabStep
  let ring: PlaneRing

  /// Elements of a plane that are worked on together; a window of them stays in the first-level
  /// cache.
  static let blockLength = 4 * Lanes.scalarCount

  /// Working memory of one call, in lanes.
  var scratchLanes: Int {
    guard axis.interpolation == .cubic else { return 0 }
    let lowest = axis.first[step.outputs.lowerBound]
    return 4 * (max(step.windowEnd, 0) + 1 + 2 * CubicFilter.margin - lowest)
  }

  /// Writes the step's planes, (outputs, planeCount), in the columns `block`.
  func run(
    _ block: Range<Int>, into target: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Lanes>
  ) {
    switch axis.interpolation {
    case .nearest:
      for (index, output) in step.outputs.enumerated() {
        let from = ring[axis.first[output]] + block.lowerBound
        (target + index * ring.planeCount + block.lowerBound).update(from: from, count: block.count)
      }
    case .linear:
      for (index, output) in step.outputs.enumerated() {
        let tap = axis.first[output]
        blend(
          ring[tap] + block.lowerBound, ring[tap + 1] + block.lowerBound,
          weights: (axis.weights[2 * output], axis.weights[2 * output + 1]),
          into: target + index * ring.planeCount + block.lowerBound, count: block.count)
      }
    case .cubic:
      for start in stride(from: block.lowerBound, to: block.upperBound, by: Self.blockLength) {
        let count = min(Self.blockLength, block.upperBound - start)
        filterArrivals(start, count)
        filterBack(start, count, scratch)
        evaluate(start, count, scratch, into: target)
      }
    }
  }

  /// Replaces new samples by their causal values, in the ring.
  @inline(__always)
  private func filterArrivals(_ start: Int, _ count: Int) {
    for plane in step.arrivals {
      let here = ring[plane] + start
      let before = plane == 0 ? here : ring[plane &- 1] + start
      for offset in stride(from: 0, to: count, by: Lanes.scalarCount) {
        let width = min(Lanes.scalarCount, count &- offset)
        let sample = loadLanes(here + offset, width)
        let value =
          plane == 0
          ? sample * CubicFilter.causalConstant
          : sample * CubicFilter.gain + loadLanes(before + offset, width) * CubicFilter.pole
        storeLanes(value, here + offset, width)
      }
    }
  }

  /// Runs the anticausal recursion from the window's end to the first tap, four lanes for every
  /// plane from the first tap on.
  @inline(__always)
  private func filterBack(_ start: Int, _ count: Int, _ scratch: UnsafeMutablePointer<Lanes>) {
    let lowest = axis.first[step.outputs.lowerBound]
    let end = step.windowEnd
    let groups = (count &+ Lanes.scalarCount &- 1) / Lanes.scalarCount
    for group in 0..<groups {
      let offset = start &+ group &* Lanes.scalarCount
      let width = min(Lanes.scalarCount, start &+ count &- offset)
      let coefficients = scratch + (group &- 4 &* lowest)
      let last = loadLanes(ring[end] + offset, width)
      var state: Lanes
      if end == axis.inputCount &- 1 {
        let before = loadLanes(ring[end &- 1] + offset, width)
        let settled =
          (last - before * CubicFilter.pole) * (CubicFilter.causalConstant / CubicFilter.gain)
        state = CubicFilter.beyond(last, settled: settled, ahead: 0)
        coefficients[4 &* (end &+ 1)] = CubicFilter.beyond(last, settled: settled, ahead: 1)
        coefficients[4 &* (end &+ 2)] = CubicFilter.beyond(last, settled: settled, ahead: 2)
      } else {
        // Any start does: it is forgotten before the first plane that a tap reads.
        state = CubicFilter.beyond(last, settled: last, ahead: 0)
      }
      coefficients[4 &* end] = state
      var here = ring[end]
      for plane in stride(from: end &- 1, through: max(lowest, 0), by: -1) {
        // One step back in the ring, without the division that finding a plane takes.
        here =
          here == ring.planes
          ? here + (ring.capacity &- 1) &* ring.planeCount : here - ring.planeCount
        state = (state - loadLanes(here + offset, width)) * CubicFilter.pole
        coefficients[4 &* plane] = state
      }
      if lowest < 0 {
        let first = loadLanes(ring[0] + offset, width)
        for plane in stride(from: -1, through: lowest, by: -1) {
          state = (state - first) * CubicFilter.pole
          coefficients[4 &* plane] = state
        }
      }
    }
  }

  /// Evaluates the spline for every plane of the step.
  @inline(__always)
  private func evaluate(
    _ start: Int, _ count: Int, _ scratch: UnsafeMutablePointer<Lanes>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let lowest = axis.first[step.outputs.lowerBound]
    axis.weights.withUnsafeBufferPointer { weights in
      for output in step.outputs {
        let taps = scratch + 4 &* (axis.first[output] &- lowest)
        let w = 4 &* output
        let plane = target + (output &- step.outputs.lowerBound) &* ring.planeCount + start
        var group = 0
        for offset in stride(from: 0, to: count, by: Lanes.scalarCount) {
          let value =
            (taps[group] * weights[w] + taps[group &+ 4] * weights[w &+ 1])
            + (taps[group &+ 8] * weights[w &+ 2] + taps[group &+ 12] * weights[w &+ 3])
          storeLanes(value, plane + offset, min(Lanes.scalarCount, count &- offset))
          group &+= 1
        }
      }
    }
  }
}
