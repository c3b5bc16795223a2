internal import Parallelism
public import Volumes

/// Some planes of several resampled channels; valid only inside the call it is given to.
public struct ResampledSlab {
  /// The planes, along axis 0 of the result.
  public let planes: Range<Int>
  /// Shape of the slab: the planes by the result's height and width.
  public let shape: Shape3
  /// The values of every channel, last axis fastest; each has `shape.count` elements.
  public let channels: [UnsafeBufferPointer<Float>]
}

extension ResamplingScheme {
  /// Resamples several channels of one shape together and hands them out slab by slab along axis 0,
  /// in order.
  ///
  /// So all classes of a prediction never exist on the target grid at once.
  ///
  /// - Parameters:
  ///   - channels: The sources, all of one shape; at least one.
  ///   - shape: Wanted shape, at least 1 along every axis.
  ///   - spacing: Spacings before and after; they only decide whether an axis is separate.
  ///   - body: What to do with a slab. It may run its own parallel loops.
  /// - Throws: What `body` throws.
  /// - Complexity: O(sources + results) time on all threads; memory of one slab, about 24 MB or one
  ///   plane of all channels, plus the planes that interpolation along axis 0 reaches. Splines
  ///   along a separate axis other than 0 take whole resampled channels.
  public func forEachResampledSlab<Failure: Error>(
    of channels: [VoxelArray<Float>], to shape: Shape3, spacing: SpacingChange,
    _ body: (ResampledSlab) throws(Failure) -> Void
  ) throws(Failure) {
    guard let first = channels.first else { return }
    precondition(
      channels.allSatisfy { $0.shape == first.shape },
      "channels have different shapes: \(channels.map(\.shape))")
    let separate = separateAxis(for: spacing)
    if let separate, separate != 0, orderAlongSeparateAxis != .nearest, order == .cubic,
      first.shape != shape
    {
      let whole = channels.map { resample($0, to: shape, spacing: spacing) }
      return try visit(whole, operators(from: shape, to: shape, nil), separate: nil, body)
    }
    try visit(channels, operators(from: first.shape, to: shape, separate), separate: separate, body)
  }

  /// Whether no result depends on more of the source than the planes around it; splines do.
  package var readsPlanesOnce: Bool { order != .cubic && orderAlongSeparateAxis != .cubic }

  /// Resamples channels whose planes come one after another, and hands them out slab by slab.
  ///
  /// The results are those of whole channels, bit for bit.
  ///
  /// - Parameters:
  ///   - source: The channels.
  ///   - shape: Wanted shape, at least 1 along every axis.
  ///   - spacing: Spacings before and after; they only decide whether an axis is separate.
  ///   - body: What to do with a slab.
  package func forEachResampledSlab(
    of source: inout some PlaneSource, to shape: Shape3, spacing: SpacingChange,
    _ body: (ResampledSlab) -> Void
  ) {
    precondition(readsPlanesOnce, "splines need whole channels")
    let axes = operators(from: source.shape, to: shape, separateAxis(for: spacing))
    let limits = [Bounds](repeating: .none, count: source.channelCount)
    visit(&source, axes, limits, body)
  }

  /// Bytes that the planes and slabs of ``forEachResampledSlab(of:to:spacing:_:)`` take.
  ///
  /// - Parameters:
  ///   - channels: Number of channels, at least 1.
  ///   - old: Their shape.
  ///   - new: Wanted shape.
  ///   - spacing: Spacings before and after.
  /// - Returns: The bytes, as a number that cannot overflow.
  package func slabBytes(
    channels: Int, from old: Shape3, to new: Shape3, spacing: SpacingChange
  ) -> Double {
    let axis = operators(from: old, to: new, separateAxis(for: spacing))[0]
    let thickness = slabThickness(axis, planeElements: new.height * new.width * channels)
    let kept = axis.isIdentity ? 0 : SlabSchedule(axis, thickness: thickness).capacity
    return 4 * Double(thickness + kept) * Double(channels) * Double(new.height)
      * Double(new.width)
  }

  private func visit<Failure: Error>(
    _ channels: [VoxelArray<Float>], _ axes: [AxisOperator], separate: Int?,
    _ body: (ResampledSlab) throws(Failure) -> Void
  ) throws(Failure) {
    try withPointers(to: channels) { (pointers) throws(Failure) in
      let identity = axes.allSatisfy(\.isIdentity)
      let limits = pointers.map { source in
        identity ? Bounds.none : bounds(of: source, shape: channels[0].shape, axes: axes, separate)
      }
      var planes = ArrayPlanes(pointers, shape: channels[0].shape)
      try visit(&planes, axes, limits, body)
    }
  }

  private func visit<Source: PlaneSource, Failure: Error>(
    _ source: inout Source, _ axes: [AxisOperator], _ limits: [Bounds],
    _ body: (ResampledSlab) throws(Failure) -> Void
  ) throws(Failure) {
    let plane = axes[1].outputCount * axes[2].outputCount
    let channels = source.channelCount
    let thickness = slabThickness(axes[0], planeElements: plane * channels)
    let slab = UnsafeMutablePointer<Float>.allocate(capacity: thickness * plane * channels)
    defer { slab.deallocate() }
    try SlabResampler(axes: axes, bounds: limits, thickness: thickness).run(&source) {
      channel, _ in
      slab + channel * thickness * plane
    } finished: { (planes) throws(Failure) in
      let shape = Shape3(planes.count, axes[1].outputCount, axes[2].outputCount)
      try body(
        ResampledSlab(
          planes: planes, shape: shape,
          channels: (0..<channels).map {
            UnsafeBufferPointer(start: slab + $0 * thickness * plane, count: shape.count)
          }))
    }
  }

  /// Planes of a slab, given the elements that all channels have in one plane.
  private func slabThickness(_ axis: AxisOperator, planeElements: Int) -> Int {
    // A recursion along axis 0 starts 16 planes ahead of every slab: thin slabs would repeat it
    // too often.
    let least = axis.interpolation == .cubic && !axis.isIdentity ? 16 : 1
    return min(axis.outputCount, max(least, Self.slabElements / planeElements))
  }

  /// Elements of all channels in one slab.
  private static let slabElements = 6 << 20
}

/// Calls `body` with the addresses of all channels' elements.
private func withPointers<Failure: Error>(
  to channels: [VoxelArray<Float>],
  _ body: ([UnsafePointer<Float>]) throws(Failure) -> Void
) throws(Failure) {
  func descend(
    _ index: Int, _ pointers: [UnsafePointer<Float>]
  ) throws(Failure) {
    guard index < channels.count else { return try body(pointers) }
    try channels[index].elements.withUnsafeBufferPointer { (buffer) throws(Failure) in
      guard let start = buffer.baseAddress else { return }
      try descend(index + 1, pointers + [start])
    }
  }
  try descend(0, [])
}
