public import Volumes

extension Volume<Bool> {
  /// Shells of the mask by distance from its border, between centres of voxels.
  ///
  /// Outside of the mask a shell holds the voxels farther than its lower limit and at most its upper
  /// one from the nearest voxel of the mask: what a dilation by the upper limit has more than one by
  /// the lower. Inside likewise from the nearest voxel outside: what an erosion takes. Shells never
  /// overlap. Beyond the grid nothing is known.
  ///
  /// - Parameters:
  ///   - shells: Their limits.
  ///   - allowed: Where shells may be, on the same grid; nil, everywhere, where geodesic shells are
  ///     straight ones.
  /// - Returns: A label map on the same grid and what every shell holds.
  /// - Throws: ``RegionError/gridMismatch(_:)``.
  /// - Complexity: One or two distance transforms of the mask's box with a margin of the last limit,
  ///   20 bytes for each of its voxels.
  public func shells(
    _ shells: Shells, inside allowed: Mask? = nil
  ) throws(RegionError) -> (map: LabelMap, shells: [Shell]) {
    if let allowed, allowed.extent != extent {
      throw .gridMismatch("expected \(extent) voxels, found \(allowed.extent)")
    }
    var map = LabelMap(labels: Array(repeating: 0, count: extent.count), geometry: geometry)
    var counts = [(all: Int, kept: Int)](repeating: (0, 0), count: shells.limits.count - 1)
    if let box {
      let margin = try Ball(
        radius: max(0, shells.limits[shells.limits.count - 1]), sliceAxis: shells.sliceAxis)
      let reach = margin.reach(on: geometry, atMost: extent)
      let region = box.expanded(by: Extent(x: reach.x + 1, y: reach.y + 1, z: reach.z + 1))
        .intersection(with: VoxelBox(all: extent))
      let part = cropped(to: region)
      let bands = try DistanceBands(of: part, shells, inside: allowed?.cropped(to: region))
      let tumour: LabelMap.Label = shells.tumour == .excluded ? 0 : 1
      map.forEach(in: region, where: Mask(repeating: true, geometry: part.geometry)) {
        label, position, index in
        guard let band = bands.band(of: index) else {
          if part.voxels[index] { label = tumour }
          return
        }
        counts[band].all += 1
        if allowed?.voxels[position] ?? true {
          counts[band].kept += 1
          label = shells.firstLabel + LabelMap.Label(band)
        } else if part.voxels[index] {
          label = tumour
        }
      }
    }
    let results = counts.enumerated().map { index, count in
      Shell(
        name: shells.name(of: index), label: shells.firstLabel + LabelMap.Label(index),
        voxels: count.kept, removedShare: 1 - Double(count.kept) / Double(count.all))
    }
    return (map, results)
  }
}

/// Into which shell every voxel of a mask's grid falls.
private struct DistanceBands {
  private let mask: Mask
  /// Squared limits outside, and inside from the border inwards.
  private let outer: [Double]
  private let inner: [Double]
  private let squaresOutside: [Double]
  private let squaresInside: [Double]
  private let shells: Int

  init(of mask: Mask, _ shells: Shells, inside allowed: Mask?) throws(RegionError) {
    self.mask = mask
    self.shells = shells.limits.count - 1
    func square(_ limit: Double) -> Double {
      limit > 0 ? (limit + 1e-6) * (limit + 1e-6) : (limit == 0 ? 0 : -1)
    }
    outer = shells.limits.map(square)
    inner = shells.limits.map { square(-$0) }
    let measures = (outside: outer.contains { $0 > 0 }, inside: inner.contains { $0 > 0 })
    if !measures.outside {
      squaresOutside = []
    } else if shells.paths == .geodesic, let allowed {
      let farthest = (outer.max() ?? 0).squareRoot()
      squaresOutside = mask.geodesicDistances(
        inside: allowed, upTo: farthest, sliceAxis: shells.sliceAxis
      ).voxels.map { $0 * $0 }
    } else {
      squaresOutside = mask.squares(shells.sliceAxis)
    }
    var background = mask
    background.invert()
    squaresInside = measures.inside ? background.squares(shells.sliceAxis) : []
  }

  /// The shell of a voxel, nil if it falls into none.
  func band(of index: Int) -> Int? {
    if mask.voxels[index] {
      guard !squaresInside.isEmpty else { return nil }
      let square = squaresInside[index]
      // Limits ascend outwards, so that inside the squares of the limits fall.
      return (0..<shells).first { square <= inner[$0] && square > max(inner[$0 + 1], 0) }
    }
    guard !squaresOutside.isEmpty else { return nil }
    let square = squaresOutside[index]
    return (0..<shells).first { square > max(outer[$0], 0) && square <= outer[$0 + 1] }
  }
}

extension Volume<Bool> {
  /// Squared distances in mm² to the mask, within slices if an axis is given.
  fileprivate func squares(_ sliceAxis: GridAxis?) -> [Double] {
    let spacing = geometry.spacing
    let transform = DistanceTransform(
      extent: extent,
      steps: (
        x: sliceAxis == .x ? nil : spacing.x, y: sliceAxis == .y ? nil : spacing.y,
        z: sliceAxis == .z ? nil : spacing.z
      ))
    return [Double](unsafeUninitializedCapacity: voxels.count) { result, count in
      count = voxels.count
      guard let target = result.baseAddress else { return }
      preferLargePages(target, byteCount: voxels.count * MemoryLayout<Double>.stride)
      voxels.withUnsafeBufferPointer { mask in
        if let mask = mask.baseAddress { transform.run(mask, into: SquareSink(target: target)) }
      }
    }
  }
}
