import Parallelism
public import Volumes

/// How wide regions are smoothed.
public struct SmoothingWidth: Hashable, Sendable {
  /// Standard deviation of the Gaussian in mm.
  public let millimetres: Double
  /// If not nil, slices perpendicular to this axis are smoothed each by itself.
  public let sliceAxis: GridAxis?

  /// A width.
  ///
  /// - Parameters:
  ///   - millimetres: Standard deviation, above 0.
  ///   - sliceAxis: The axis across slices, to stay within them.
  /// - Throws: ``RegionError/invalidWidth(_:)``.
  public init(millimetres: Double, sliceAxis: GridAxis? = nil) throws(RegionError) {
    guard millimetres > 0, millimetres.isFinite else { throw .invalidWidth(millimetres) }
    self.millimetres = millimetres
    self.sliceAxis = sliceAxis
  }

  /// The weights along every axis of a grid; one weight along an axis that is not smoothed.
  func kernels(on geometry: Geometry) -> (x: GaussianKernel, y: GaussianKernel, z: GaussianKernel) {
    let (extent, spacing) = (geometry.extent, geometry.spacing)
    func kernel(_ axis: GridAxis, _ spacing: Double, _ length: Int) -> GaussianKernel {
      GaussianKernel(sigma: axis == sliceAxis ? 0 : millimetres / spacing, longest: length)
    }
    return (
      x: kernel(.x, spacing.x, extent.x), y: kernel(.y, spacing.y, extent.y),
      z: kernel(.z, spacing.z, extent.z)
    )
  }
}

extension LabelMap {
  /// The label map with smoothed borders.
  ///
  /// Every region is blurred by a Gaussian, and a voxel takes the label with the largest share; of
  /// equal shares the smallest label. Background has what the regions leave. Thin parts vanish, as a
  /// median filter makes them; beyond the grid the outermost voxels go on.
  ///
  /// - Parameters:
  ///   - width: How wide.
  ///   - labels: The labels to smooth; nil, all but background. The others stay as they are.
  /// - Returns: A label map on the same grid.
  /// - Throws: ``RegionError/absentLabels(_:)``.
  /// - Complexity: O(voxels of every label's box with a margin of four widths, times the width), 22
  ///   bytes for each of them.
  public func smoothed(
    by width: SmoothingWidth, labels: [Label]? = nil
  ) throws(RegionError) -> LabelMap {
    let kernels = width.kernels(on: geometry)
    let margin = Extent(x: kernels.x.radius, y: kernels.y.radius, z: kernels.z.radius)
    let chosen = try boxes(of: labels)
    let regions = chosen.map {
      $0.box.expanded(by: margin).intersection(with: VoxelBox(all: extent))
    }
    guard let first = regions.first else { return self }
    var shares = LabelShares(in: regions.reduce(first) { $0.union($1) })
    for (part, region) in zip(chosen, regions) {
      let indicator = mask(of: part.label, in: region).voxels.map { $0 ? Float(1) : 0 }
      let blurred = blur(indicator, region.extent, kernels)
      shares.add(blurred, of: region, label: part.label)
    }
    var result = self
    let isChosen = Set(chosen.map(\.label))
    let box = shares.box
    let all = Mask(repeating: true, geometry: geometry.cropped(to: box))
    result.forEach(in: box, where: all) { label, _, index in
      if label == 0 || isChosen.contains(label) { label = shares.winner(at: index) }
    }
    return result
  }
}

/// The largest share of every voxel of a box, whose it is, and the sum of all.
private struct LabelShares {
  let box: VoxelBox
  private var best: [Float]
  private var sum: [Float]
  private var winners: [LabelMap.Label]

  init(in box: VoxelBox) {
    self.box = box
    best = [Float](repeating: 0, count: box.extent.count)
    sum = best
    winners = [LabelMap.Label](repeating: 0, count: box.extent.count)
  }

  /// Adds the shares of a label larger than those before.
  mutating func add(_ shares: [Float], of region: VoxelBox, label: LabelMap.Label) {
    let place = region.moved(by: box)
    var index = 0
    for z in place.z {
      for y in place.y {
        let row = box.extent.index(place.x.lowerBound, y, z)
        for position in row..<row + place.x.count {
          sum[position] += shares[index]
          if shares[index] > best[position] {
            best[position] = shares[index]
            winners[position] = label
          }
          index += 1
        }
      }
    }
  }

  /// The label of the largest share, background's among them.
  func winner(at index: Int) -> LabelMap.Label {
    best[index] > 1 - sum[index] ? winners[index] : 0
  }
}
