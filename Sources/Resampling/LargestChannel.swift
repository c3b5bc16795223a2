internal import Parallelism
public import Volumes

extension ResampledSlab {
  /// Writes the index of the largest channel of every element, the first of equals.
  package func writeLargestChannels(to target: UnsafeMutablePointer<UInt16>) {
    // Every call writes a range of its own.
    nonisolated(unsafe) let target = target
    parallelForRanges(shape.count, grain: 1 << 15) { range in
      takeLargest(of: channels, range, into: target)
    }
  }
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
        slab.writeLargestChannels(to: target + slab.planes.lowerBound * shape.height * shape.width)
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
