import Parallelism
internal import Volumes

/// Resamples channels of one shape, slab after slab along axis 0.
///
/// Planes are resampled along axes 1 and 2 as they come, kept in a ring as long as axis 0 needs
/// them, and combined along axis 0 into the slab at hand. Beside the slab only the ring exists,
/// whatever the size of the result.
struct SlabResampler: Sendable {
  let axes: [AxisOperator]
  let schedule: SlabSchedule
  /// One for every channel.
  let bounds: [Bounds]

  /// Elements of a plane of the result.
  var planeCount: Int { axes[1].outputCount * axes[2].outputCount }

  /// - Parameters:
  ///   - axes: The three axes, slowest first.
  ///   - bounds: The limits of every channel's results.
  ///   - thickness: Planes of a slab at most.
  init(axes: [AxisOperator], bounds: [Bounds], thickness: Int) {
    self.axes = axes
    self.bounds = bounds
    schedule = SlabSchedule(axes[0], thickness: thickness)
  }

  /// Resamples all channels.
  ///
  /// - Parameters:
  ///   - source: The channels, of the shape that `axes` expect.
  ///   - destination: Where the planes `outputs` of a channel belong; asked in order.
  ///   - finished: Called after every slab, in order.
  /// - Throws: What `finished` throws.
  func run<Source: PlaneSource, Failure: Error>(
    _ source: inout Source,
    destination: (_ channel: Int, _ outputs: Range<Int>) -> UnsafeMutablePointer<Float>,
    finished: (_ outputs: Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    let passes = axes[0].isIdentity
    let size = passes ? 0 : schedule.capacity * planeCount
    let channels = source.channelCount
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(1, size * channels))
    defer { memory.deallocate() }
    let rings = (0..<channels).map {
      PlaneRing(
        planes: memory + $0 * size, capacity: schedule.capacity, planeCount: planeCount)
    }
    for step in schedule.steps {
      let targets = (0..<channels).map { destination($0, step.outputs) }
      var missing = passes ? Array(step.outputs)[...] : step.arrivals[...]
      while let next = missing.first {
        let end = source.makeReadable(next)
        let readable = missing.prefix { $0 < end }
        resamplePlanes(Array(readable), of: source) { channel, plane in
          passes
            ? targets[channel] + (plane - step.outputs.lowerBound) * planeCount
            : rings[channel][plane]
        }
        missing = missing.dropFirst(readable.count)
      }
      if !passes { combine(step, rings, into: targets) }
      limit(step, targets)
      try finished(step.outputs)
    }
  }

  /// Resamples planes of the source along axes 1 and 2.
  private func resamplePlanes(
    _ planes: [Int], of source: some PlaneSource,
    into target: (_ channel: Int, _ plane: Int) -> UnsafeMutablePointer<Float>
  ) {
    let plane = PlaneResampling(rows: axes[1], columns: axes[2])
    parallelFor(planes.count * source.channelCount) { task in
      let (channel, index) = (task / planes.count, planes[task % planes.count])
      let scratch = UnsafeMutablePointer<Lanes>.allocate(capacity: plane.scratchLanes)
      defer { scratch.deallocate() }
      let result = target(channel, index)
      plane.run(
        source.address(ofPlane: index, channel: channel), into: result, scratch: scratch)
      if case .planes(let ranges) = bounds[channel] {
        clip(result, count: plane.outputCount, to: ranges[index])
      }
    }
  }

  /// Interpolates along axis 0.
  private func combine(
    _ step: SlabStep, _ rings: [PlaneRing], into targets: [UnsafeMutablePointer<Float>]
  ) {
    // Wide enough for long runs of memory, narrow enough for many threads.
    let grain = 64 * PlaneBlending.blockLength
    let blocks = (planeCount + grain - 1) / grain
    parallelFor(blocks * rings.count) { task in
      let (channel, block) = (task / blocks, task % blocks)
      let blending = PlaneBlending(axis: axes[0], step: step, ring: rings[channel])
      let scratch = UnsafeMutablePointer<Lanes>.allocate(capacity: max(1, blending.scratchLanes))
      defer { scratch.deallocate() }
      blending.run(
        block * grain..<min(planeCount, (block + 1) * grain), into: targets[channel],
        scratch: scratch)
    }
  }

  /// Keeps results within the bounds of their channel.
  private func limit(_ step: SlabStep, _ targets: [UnsafeMutablePointer<Float>]) {
    let limited = targets.indices.filter {
      switch bounds[$0] {
      case .none, .planes: false
      case .whole, .rows, .columns: true
      }
    }
    parallelFor(limited.count * step.outputs.count) { task in
      let channel = limited[task / step.outputs.count]
      bounds[channel].apply(
        to: targets[channel] + task % step.outputs.count * planeCount,
        height: axes[1].outputCount, width: axes[2].outputCount)
    }
  }
}
