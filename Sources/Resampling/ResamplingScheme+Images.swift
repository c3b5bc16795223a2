internal import Parallelism
public import Volumes

extension ResamplingScheme {
  /// Resamples one channel of an image.
  ///
  /// Results are limited to the range of the source: of the whole array, or, with a separate axis,
  /// of the plane they come from. An array that has the wanted shape already is returned as it is.
  ///
  /// - Parameters:
  ///   - image: One channel.
  ///   - shape: Wanted shape, at least 1 along every axis; usually from
  ///     ``resampledShape(_:from:to:)``.
  ///   - spacing: Spacings before and after; they only decide whether an axis is separate.
  /// - Returns: The channel with the wanted shape; within 1e-6 of the range of the reference, which
  ///   computes in double precision.
  /// - Complexity: O(source + result) time on all threads; beside the result a slab of at most 32
  ///   planes and what its interpolation reaches. Interpolating (not choosing) along a separate
  ///   axis other than 0 takes a transposed copy of source and result.
  public func resample(
    _ image: VoxelArray<Float>, to shape: Shape3, spacing: SpacingChange
  ) -> VoxelArray<Float> {
    if image.shape == shape { return image }
    let axis = separateAxis(for: spacing)
    if let axis, axis != 0, orderAlongSeparateAxis != .nearest {
      return resampleTransposed(image, to: shape, separately: axis)
    }
    return resample(image, to: shape, axes: operators(from: image.shape, to: shape, axis), axis)
  }

  /// Resamples one channel by given operators.
  func resample(
    _ image: VoxelArray<Float>, to shape: Shape3, axes: [AxisOperator], _ separate: Int?
  ) -> VoxelArray<Float> {
    let elements = [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
      image.elements.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
        let resampler = SlabResampler(
          axes: axes, bounds: [bounds(of: from, shape: image.shape, axes: axes, separate)],
          thickness: axes[0].interpolation == .cubic ? 32 : 16)
        var planes = ArrayPlanes([from], shape: image.shape)
        resampler.run(&planes) { _, outputs in
          to + outputs.lowerBound * resampler.planeCount
        } finished: { _ in
        }
      }
      count = shape.count
    }
    return VoxelArray(shape: shape, elements: elements)
  }

  /// The operators along the three axes.
  func operators(from old: Shape3, to new: Shape3, _ separate: Int?) -> [AxisOperator] {
    (0..<3).map { axis in
      AxisOperator(old[axis], to: new[axis], axis == separate ? orderAlongSeparateAxis : order)
    }
  }

  /// The limits of a channel's results.
  func bounds(
    of source: UnsafePointer<Float>, shape: Shape3, axes: [AxisOperator], _ separate: Int?
  ) -> Bounds {
    guard order == .cubic else { return .none }
    // Planes whose own two axes keep their lengths come out as they went in.
    let axis = separate ?? 0
    let ranges = Bounds.ranges(source, shape: shape, axis: axis)
    switch separate {
    case 0: return .planes(ranges)
    case 1: return .rows(axes[1].first.map { ranges[$0] })
    case 2: return .columns(axes[2].first.map { ranges[$0] })
    default:
      let lower = ranges.map(\.lowerBound).filter { $0 > -.infinity }.min() ?? -.infinity
      let upper = ranges.map(\.upperBound).filter { $0 < .infinity }.max() ?? .infinity
      return .whole(lower...upper)
    }
  }

  /// Resamples with the separate axis brought to the front, because planes must be limited before
  /// they are interpolated.
  private func resampleTransposed(
    _ image: VoxelArray<Float>, to shape: Shape3, separately axis: Int
  ) -> VoxelArray<Float> {
    let order = axis == 1 ? [1, 0, 2] : [2, 0, 1]
    let back = axis == 1 ? [1, 0, 2] : [1, 2, 0]
    let turned = transpose(image, by: order)
    let target = shape.transposed(by: order)
    let result = resample(
      turned, to: target, axes: operators(from: turned.shape, to: target, 0), 0)
    return transpose(result, by: back)
  }
}

/// The array whose axis `i` is the given one's axis `order[i]`.
private func transpose(_ array: VoxelArray<Float>, by order: [Int]) -> VoxelArray<Float> {
  let shape = array.shape.transposed(by: order)
  let strides = [array.shape.height * array.shape.width, array.shape.width, 1]
  let steps = order.map { strides[$0] }
  let elements = [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
    array.elements.withUnsafeBufferPointer { source in
      nonisolated(unsafe) let target = buffer  // planes are disjoint
      parallelFor(shape.depth) { plane in
        var index = plane * shape.height * shape.width
        for row in 0..<shape.height {
          let start = plane * steps[0] + row * steps[1]
          for column in 0..<shape.width {
            target[index] = source[start + column * steps[2]]
            index += 1
          }
        }
      }
    }
    count = shape.count
  }
  return VoxelArray(shape: shape, elements: elements)
}
