internal import Parallelism
public import Volumes

extension ResamplingScheme {
  /// Resamples labels: every voxel takes the label whose interpolated indicator is largest there.
  ///
  /// -1, nnU-Net's mark for voxels outside the non-zero region, is a label like any other. Ties are
  /// those of double precision in the reference's order of operations, so that results equal its
  /// voxel by voxel; ``LabelRule`` says how they are settled. Labels that have the wanted shape
  /// already are returned as they are.
  ///
  /// - Parameters:
  ///   - labels: Labels.
  ///   - shape: Wanted shape, at least 1 along every axis.
  ///   - spacing: Spacings before and after; they only decide whether an axis is separate.
  /// - Returns: Labels of the wanted shape; no label that was not there before, except 0 under
  ///   ``LabelRule/lastAboveHalf``.
  /// - Complexity: O(result) time on all threads, no memory beside the result. Cubic indicators,
  ///   which nnU-Net allows but does not use, take a pass for every label, four times the result in
  ///   memory, and single precision for ties.
  public func resample(
    labels: VoxelArray<Int16>, to shape: Shape3, spacing: SpacingChange
  ) -> VoxelArray<Int16> {
    if labels.shape == shape { return labels }
    let separate = separateAxis(for: spacing)
    guard order != .cubic else { return resampleByCubicShares(labels, to: shape, separate) }
    guard let separate, orderAlongSeparateAxis != .nearest, order != .nearest else {
      return resample(labels, to: shape) { axis in axis == separate ? .nearest : order }
    }
    // Planes get their labels first; along the axis a label then needs more than half.
    var middle = shape
    middle[separate] = labels.shape[separate]
    let planes = resample(labels, to: middle) { axis in axis == separate ? .nearest : order }
    return middle == shape ? planes : resampleByMajority(planes, to: shape, along: separate)
  }

  /// Resamples labels of any integer type with nearest or linear shares.
  func resample<Label: FixedWidthInteger & Sendable>(
    _ labels: VoxelArray<Label>, to shape: Shape3, by interpolation: (_ axis: Int) -> Interpolation
  ) -> VoxelArray<Label> {
    resample(
      labels, to: shape,
      axes: (0..<3).map { LabelAxis(labels.shape[$0], to: shape[$0], interpolation($0)) })
  }

  /// Resamples labels of any integer type by given operators.
  func resample<Label: FixedWidthInteger & Sendable>(
    _ labels: VoxelArray<Label>, to shape: Shape3, axes: [LabelAxis]
  ) -> VoxelArray<Label> {
    let kernel = LabelResampling<Label>(axes: axes, rule: labelRule)
    let elements = [Label](unsafeUninitializedCapacity: shape.count) { buffer, count in
      labels.elements.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
        let grain = max(1, (1 << 16) / shape.width)
        parallelForRanges(shape.depth * shape.height, grain: grain) { rows in
          kernel.run(from, rows, into: to)
        }
      }
      count = shape.count
    }
    return VoxelArray(shape: shape, elements: elements)
  }

  /// Interpolates finished planes along one axis: a label with more than half stays, else 0.
  private func resampleByMajority(
    _ planes: VoxelArray<Int16>, to shape: Shape3, along axis: Int
  ) -> VoxelArray<Int16> {
    guard orderAlongSeparateAxis == .linear else {
      return resampleByCubicMajority(planes, to: shape, along: axis)
    }
    let taps = LabelAxis(planes.shape[axis], to: shape[axis], .linear)
    var result = VoxelArray<Int16>(repeating: 0, shape: shape)
    for i in 0..<shape.depth {
      for j in 0..<shape.height {
        for k in 0..<shape.width {
          var lower = [i, j, k]
          let output = lower[axis]
          var upper = lower
          lower[axis] = taps.taps[output].lower
          upper[axis] = taps.taps[output].upper
          let (a, b) = (
            planes[lower[0], lower[1], lower[2]], planes[upper[0], upper[1], upper[2]]
          )
          let weights = taps.weights[output]
          if a == b || weights.lower > 0.5 {
            result[i, j, k] = a
          } else if weights.upper > 0.5 {
            result[i, j, k] = b
          }
        }
      }
    }
    return result
  }

  /// As ``resampleByMajority(_:to:along:)`` with cubic splines along the axis.
  private func resampleByCubicMajority(
    _ planes: VoxelArray<Int16>, to shape: Shape3, along axis: Int
  ) -> VoxelArray<Int16> {
    var result = VoxelArray<Int16>(repeating: 0, shape: shape)
    let along = ResamplingScheme(order: .cubic, separation: .never)
    for label in Set(planes.elements).sorted() {
      let indicator = indicator(of: label, in: planes)
      let axes = along.operators(from: planes.shape, to: shape, nil)
      // The overshoot is not limited here, and a value above one and a half still rounds to more
      // than one half.
      let shares = ResamplingScheme(order: .linear).resample(indicator, to: shape, axes: axes, nil)
      for index in shares.elements.indices where shares.elements[index] > 0.5 {
        result.elements[index] = label
      }
    }
    return result
  }

  /// Resamples labels by the largest of their cubic indicators.
  private func resampleByCubicShares(
    _ labels: VoxelArray<Int16>, to shape: Shape3, _ separate: Int?
  ) -> VoxelArray<Int16> {
    var middle = shape
    if let separate { middle[separate] = labels.shape[separate] }
    let nearest = ResamplingScheme(order: .nearest).resample(labels, to: middle) { _ in .nearest }
    var result = VoxelArray<Int16>(repeating: 0, shape: middle)
    var best = [Float](repeating: -1, count: middle.count)
    for label in Set(labels.elements).sorted() {
      let indicator = indicator(of: label, in: labels)
      let shares = resample(
        indicator, to: middle, axes: operators(from: labels.shape, to: middle, separate), separate)
      for (index, share) in shares.elements.enumerated() {
        switch labelRule {
        case .lastAboveHalf:
          if share >= 0.5 { result.elements[index] = label }
        case .largestShare:
          let tied = share == best[index] && share > 0 && nearest.elements[index] == label
          if share > best[index] || tied {
            best[index] = share
            result.elements[index] = label
          }
        }
      }
    }
    guard let separate, middle != shape else { return result }
    guard orderAlongSeparateAxis == .nearest else {
      return resampleByMajority(result, to: shape, along: separate)
    }
    return resample(result, to: shape) { _ in .nearest }
  }

  /// 1 where the label stands, else 0.
  private func indicator(of label: Int16, in labels: VoxelArray<Int16>) -> VoxelArray<Float> {
    VoxelArray(shape: labels.shape, elements: labels.elements.map { $0 == label ? 1 : 0 })
  }
}
