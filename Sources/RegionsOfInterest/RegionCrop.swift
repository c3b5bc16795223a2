public import Volumes

/// A box around a region: how large it is and how it is cut out.
public struct RegionCrop: Hashable, Sendable {
  /// The form of the box.
  public enum Shape: String, CaseIterable, Sendable {
    /// As long along every axis as the region.
    case box
    /// Within slices as long along both axes, in mm, as the region along the longer one.
    case square
    /// As long along all axes, in mm, as the region along the longest one.
    case cube
  }

  /// Which slices of the region are taken.
  public enum Slices: Hashable, Sendable, CaseIterable {
    /// All.
    case all
    /// The one in which the region has most voxels; of equals the first.
    case largest
  }

  /// The form of the box.
  public var shape = Shape.box
  /// Millimetres added on every side along the axes of the form.
  public var margin = 0.0
  /// Which slices, perpendicular to ``sliceAxis``.
  public var slices = Slices.all
  /// The axis across slices.
  public var sliceAxis = GridAxis.z

  /// The tight box.
  public init() {}

  /// The box around a region on its grid; it may go beyond it, and is never moved back.
  ///
  /// Lengths in mm become the nearest whole number of voxels, at least those of the region; the centre
  /// is the region's, up to half a voxel.
  ///
  /// - Parameter region: The region.
  /// - Returns: The box, nil of an empty region.
  /// - Throws: ``RegionError/invalidRadius(_:)`` of a margin that is negative or not finite, or
  ///   ``RegionError/tooLarge(neededBytes:availableBytes:)`` of a box that no memory holds.
  public func box(around region: Mask) throws(RegionError) -> VoxelBox? {
    guard margin >= 0, margin.isFinite else { throw .invalidRadius(margin) }
    guard var box = region.box else { return nil }
    if slices == .largest { box = largestSlice(of: region, in: box) }
    let spacing = region.geometry.spacing
    let axes = GridAxis.allCases.filter { shape == .cube || $0 != sliceAxis }
    let isFlat = slices == .largest
    let lengths = axes.map { Double(box[$0].count) * spacing[$0] }
    let longest = lengths.max() ?? 0
    var voxels = 1.0
    for (axis, own) in zip(axes, lengths) {
      if isFlat, axis == sliceAxis { continue }
      let length = (shape == .box ? own : longest) + 2 * margin
      voxels *= max(length / spacing[axis], 1)
      // Before numbers are converted that no integer holds.
      guard voxels < 1e12 else {
        throw .tooLarge(neededBytes: .max, availableBytes: Int.max / 16)
      }
      let count = max(box[axis].count, Int((length / spacing[axis]).rounded()))
      let centre = Double(box[axis].lowerBound + box[axis].upperBound) / 2
      let start = Int((centre - Double(count) / 2 + 0.5).rounded(.down))
      box[axis] = start..<start + count
    }
    if shape == .box, !isFlat {
      let extra = Int((margin / spacing[sliceAxis]).rounded())
      box[sliceAxis] = box[sliceAxis].lowerBound - extra..<box[sliceAxis].upperBound + extra
    }
    try checkMemory(voxels: box.extent, bytesPerVoxel: 8)
    return box
  }

  private func largestSlice(of region: Mask, in box: VoxelBox) -> VoxelBox {
    var best = (count: -1, box: box)
    for place in box[sliceAxis] {
      var slice = box
      slice[sliceAxis] = place..<place + 1
      let part = region.cropped(to: slice)
      let count = part.voxels.count { $0 }
      guard count > best.count, let tight = part.box else { continue }
      // Tight within the slice.
      var moved = tight
      for axis in GridAxis.allCases {
        let start = slice[axis].lowerBound
        moved[axis] = tight[axis].lowerBound + start..<tight[axis].upperBound + start
      }
      best = (count, moved)
    }
    return best.box
  }
}
