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

  private func visit<Failure: Error>(
    _ channels: [VoxelArray<Float>], _ axes: [AxisOperator], separate: Int?,
    _ body: (ResampledSlab) throws(Failure) -> Void
  ) throws(Failure) {
    try withPointers(to: channels) { (pointers) throws(Failure) in
      let plane = axes[1].outputCount * axes[2].outputCount
      let identity = axes.allSatisfy(\.isIdentity)
      let limits = pointers.map { source in
        identity ? Bounds.none : bounds(of: source, shape: channels[0].shape, axes: axes, separate)
      }
      let room = Self.slabElements / (plane * channels.count)
      // A recursion along axis 0 starts 16 planes ahead of every slab: thin slabs would repeat it
      // too often.
      let least = axes[0].interpolation == .cubic && !axes[0].isIdentity ? 16 : 1
      let thickness = min(axes[0].outputCount, max(least, room))
      let slab = UnsafeMutablePointer<Float>.allocate(capacity: thickness * plane * channels.count)
      defer { slab.deallocate() }
      try SlabResampler(axes: axes, bounds: limits, thickness: thickness).run(pointers) {
        channel, _ in
        slab + channel * thickness * plane
      } finished: { (planes) throws(Failure) in
        let shape = Shape3(planes.count, axes[1].outputCount, axes[2].outputCount)
        try body(
          ResampledSlab(
            planes: planes, shape: shape,
            channels: channels.indices.map {
              UnsafeBufferPointer(start: slab + $0 * thickness * plane, count: shape.count)
            }))
      }
    }
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

/// Resamples the logits of all classes and takes the largest, slab by slab; the first of equals
/// wins.
///
/// nnU-Net rounds the resampled logits to half precision before it compares them; here they stay in
/// single precision, so that two classes closer than that rounding are told apart.
///
/// - Parameters:
///   - logits: One array for every class, background first; all of one shape, 1 to 65536 classes.
///   - shape: Wanted shape, at least 1 along every axis.
///   - spacing: Spacings before and after; they only decide whether an axis is separate.
///   - scheme: How logits are interpolated.
/// - Returns: The index of the winning class of every voxel.
/// - Complexity: As ``ResamplingScheme/forEachResampledSlab(of:to:spacing:_:)``.
/// - Source: nnunetv2 2.8.1 `export_prediction.py`.
public func argmaxOfResampled(
  logits: [VoxelArray<Float>], to shape: Shape3, spacing: SpacingChange,
  scheme: ResamplingScheme = .logits
) -> VoxelArray<UInt16> {
  precondition(
    1...65_536 ~= logits.count, "1 to 65536 classes can be compared, not \(logits.count)")
  let elements = [UInt16](unsafeUninitializedCapacity: shape.count) { buffer, count in
    if let target = buffer.baseAddress {
      scheme.forEachResampledSlab(of: logits, to: shape, spacing: spacing) { slab in
        let start = target + slab.planes.lowerBound * shape.height * shape.width
        parallelForRanges(slab.shape.count, grain: 1 << 15) { range in
          takeLargest(of: slab.channels, range, into: start)
        }
      }
    }
    count = shape.count
  }
  return VoxelArray(shape: shape, elements: elements)
}

/// Writes the index of the largest channel for every element of `range`.
private func takeLargest(
  of channels: [UnsafeBufferPointer<Float>], _ range: Range<Int>,
  into target: UnsafeMutablePointer<UInt16>
) {
  let width = Lanes.scalarCount
  channels.withUnsafeBufferPointer { channels in
    for index in stride(from: range.lowerBound, to: range.upperBound, by: width) {
      let count = min(width, range.upperBound - index)
      guard let background = channels[0].baseAddress else { return }
      var best = loadLanes(background + index, count)
      var winner = SIMD16<Int32>(repeating: 0)
      for channel in 1..<max(1, channels.count) {
        guard let start = channels[channel].baseAddress else { return }
        let value = loadLanes(start + index, count)
        let larger = value .> best
        best.replace(with: value, where: larger)
        winner.replace(with: SIMD16<Int32>(repeating: Int32(channel)), where: larger)
      }
      let labels = SIMD16<UInt16>(truncatingIfNeeded: winner)
      if count == width {
        UnsafeMutableRawPointer(target + index).storeBytes(of: labels, as: SIMD16<UInt16>.self)
      } else {
        for lane in 0..<count { target[index + lane] = labels[lane] }
      }
    }
  }
}
