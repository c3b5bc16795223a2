public import Volumes

/// A map of world points in millimetres (LPS), a row of voxels at a time and in place: from the
/// wanted grid to the given image.
public typealias PointMap = (UnsafeMutableBufferPointer<Vector3>) -> Void

extension Volume where Voxel == Float {
  /// The image sampled at the voxels of another grid.
  ///
  /// A point is inside the image if it lies in one of its voxels, the faces at the far end
  /// excluded. Between the outermost centres and the faces, linear interpolation repeats the
  /// outermost voxel and the spline mirrors the image there. It follows the world: the other grid
  /// may be oblique to this one.
  ///
  /// - Parameters:
  ///   - grid: The wanted grid.
  ///   - interpolation: How values between voxels follow from them.
  ///   - outside: Value of voxels outside the image.
  ///   - transform: Maps points of the wanted grid to points of this image; called on several
  ///     threads at once; nil leaves them.
  /// - Returns: The image on `grid`.
  /// - Throws: ``ResamplingError/singularDirection`` or ``ResamplingError/invalidSpacing(_:)`` if
  ///   this image's grid is degenerate, ``ResamplingError/tooLarge(neededBytes:availableBytes:)``.
  /// - Complexity: O(result) time on all threads; the spline also O(voxels) and a copy of the
  ///   image.
  /// - Source: ITK 5.4 `ResampleImageFilter`.
  public func resampled(
    onto grid: Geometry, interpolation: Interpolation = .linear, outside: Float = 0,
    through transform: PointMap? = nil
  ) throws(ResamplingError) -> Volume {
    try checkMemory(forGridOf: grid.extent.shape.lengths.map(Double.init))
    let mapping = try GridMapping(from: grid, to: geometry)
    var values = voxels
    if interpolation == .cubic {
      values.withUnsafeMutableBufferPointer { buffer in
        if let start = buffer.baseAddress { findMirrorCoefficients(start, extent) }
      }
    }
    let count = grid.extent.count
    let result = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      values.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = buffer.baseAddress else {
          buffer.initialize(repeating: outside)
          return
        }
        let sampling = PointSampling(
          values: from, extent: extent, interpolation: interpolation, outside: outside)
        mapping.forEachRow(through: transform) { row, points in
          sampling.fill(to + row * grid.extent.x, at: points)
        }
      }
      initialized = count
    }
    return Volume(voxels: result, geometry: grid)
  }
}

/// How a label between voxel centres follows from the labels around it.
public enum LabelInterpolation: Hashable, Sendable, CaseIterable {
  /// The label of the nearest voxel.
  case nearest
  /// The label with the largest linearly interpolated share; of equals the smallest.
  case largestShare
}

extension LabelMap {
  /// The label map sampled at the voxels of another grid; voxels outside become background, 0.
  ///
  /// - Parameters:
  ///   - grid: The wanted grid.
  ///   - interpolation: How a label is chosen.
  ///   - transform: Maps points of the wanted grid to points of this label map; called on several
  ///     threads at once; nil leaves them.
  /// - Returns: The label map on `grid`.
  /// - Throws: ``ResamplingError/singularDirection`` or ``ResamplingError/invalidSpacing(_:)`` if
  ///   this map's grid is degenerate, ``ResamplingError/tooLarge(neededBytes:availableBytes:)``.
  /// - Complexity: O(result) time on all threads.
  public func resampled(
    onto grid: Geometry, interpolation: LabelInterpolation = .largestShare,
    through transform: PointMap? = nil
  ) throws(ResamplingError) -> LabelMap {
    try checkMemory(forGridOf: grid.extent.shape.lengths.map(Double.init))
    let mapping = try GridMapping(from: grid, to: geometry)
    let count = grid.extent.count
    let result = [Label](unsafeUninitializedCapacity: count) { buffer, initialized in
      labels.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = buffer.baseAddress else {
          buffer.initialize(repeating: 0)
          return
        }
        mapping.forEachRow(through: transform) { row, points in
          let target = to + row * grid.extent.x
          for x in points.indices {
            let point = points[x]
            if !extent.contains(point) {
              target[x] = 0
            } else if interpolation == .nearest {
              target[x] = from[extent.nearestIndex(point)]
            } else {
              target[x] = largestShare(point, extent, from)
            }
          }
        }
      }
      initialized = count
    }
    return LabelMap(labels: result, geometry: grid)
  }
}

/// The label with the largest linear share at a point inside the map; of equals the smallest.
private func largestShare(
  _ point: Vector3, _ extent: Extent, _ labels: UnsafePointer<LabelMap.Label>
) -> LabelMap.Label {
  let (x0, x1, tx) = linearTaps(point.x, extent.x)
  let (y0, y1, ty) = linearTaps(point.y, extent.y)
  let (z0, z1, tz) = linearTaps(point.z, extent.z)
  let corners = SIMD8<LabelMap.Label>(
    labels[extent.index(x0, y0, z0)], labels[extent.index(x1, y0, z0)],
    labels[extent.index(x0, y1, z0)], labels[extent.index(x1, y1, z0)],
    labels[extent.index(x0, y0, z1)], labels[extent.index(x1, y0, z1)],
    labels[extent.index(x0, y1, z1)], labels[extent.index(x1, y1, z1)])
  let first = corners[0]
  if all(corners .== first) { return first }
  let (ux, uy, uz) = (1 - tx, 1 - ty, 1 - tz)
  let shares = SIMD8<Double>(
    ux * uy * uz, tx * uy * uz, ux * ty * uz, tx * ty * uz, ux * uy * tz, tx * uy * tz,
    ux * ty * tz, tx * ty * tz)
  var (winner, best) = (LabelMap.Label.max, -1.0)
  for corner in 0..<8 {
    let label = corners[corner]
    var share = 0.0
    for other in 0..<8 where corners[other] == label { share += shares[other] }
    if share > best || (share == best && label < winner) { (winner, best) = (label, share) }
  }
  return winner
}
