import Parallelism
public import Volumes

extension LabelMap {
  /// The label map with regions grown by a radius, none into another.
  ///
  /// A background voxel takes the label of the nearest of the growing regions if that is within the
  /// radius; of equally near ones the smallest label. What carries a label keeps it.
  ///
  /// - Parameters:
  ///   - ball: The radius.
  ///   - labels: The labels that grow; nil, all but background.
  ///   - allowed: Where regions may grow to, on the same grid; nil, everywhere.
  /// - Returns: A label map on the same grid.
  /// - Throws: ``RegionError/absentLabels(_:)`` or ``RegionError/gridMismatch(_:)``.
  /// - Complexity: O(voxels) and the distance transforms of every label's box with a margin of the
  ///   radius; beside the result 5 bytes for each voxel of a box, and of several labels 20.
  public func dilated(
    by ball: Ball, labels: [Label]? = nil, inside allowed: Mask? = nil
  ) throws(RegionError) -> LabelMap {
    let reach = ball.reach(on: geometry, atMost: extent)
    return try grown(labels, inside: allowed, reach: reach) { (mask, others) throws(RegionError) in
      others ? .squares(mask.squares(within: ball)) : .all(mask.near(ball))
    }
  }

  /// The label map with regions dilated and eroded again, none growing into another: holes and gaps
  /// too thin for the ball are filled.
  ///
  /// Every label is closed by itself, as a mask is. A background voxel
  /// that several take is the nearest one's; of equally near ones the smallest label's. What carries
  /// a label keeps it.
  ///
  /// - Parameters:
  ///   - ball: The radius.
  ///   - labels: The labels to close; nil, all but background.
  ///   - allowed: Where regions may grow to, on the same grid; nil, everywhere.
  /// - Returns: A label map on the same grid.
  /// - Throws: ``RegionError/absentLabels(_:)``, ``RegionError/gridMismatch(_:)`` or
  ///   ``RegionError/tooLarge(neededBytes:availableBytes:)``.
  public func closed(
    by ball: Ball, labels: [Label]? = nil, inside allowed: Mask? = nil
  ) throws(RegionError) -> LabelMap {
    let none = Extent(x: 0, y: 0, z: 0)
    return try grown(labels, inside: allowed, reach: none) { (mask, others) throws(RegionError) in
      let closed = try mask.closed(by: ball)
      guard others else { return .all(closed) }
      var squares = mask.squares(within: ball)
      for index in squares.indices where !closed.voxels[index] { squares[index] = .infinity }
      return .squares(squares)
    }
  }

  /// Gives background voxels to the regions that claim them, up to `reach` beyond their boxes.
  private func grown(
    _ chosen: [Label]?, inside allowed: Mask?, reach: Extent,
    claim: (Mask, _ others: Bool) throws(RegionError) -> Claim
  ) throws(RegionError) -> LabelMap {
    if let allowed, allowed.extent != extent {
      throw .gridMismatch("expected \(extent) voxels, found \(allowed.extent)")
    }
    let chosen = try boxes(of: chosen)
    let regions = chosen.map { part in
      part.box.expanded(by: reach).intersection(with: VoxelBox(all: extent))
    }
    guard let first = regions.first else { return self }
    var result = self
    var claims = Claims(in: regions.count > 1 ? regions.reduce(first) { $0.union($1) } : nil)
    for (part, region) in zip(chosen, regions) {
      switch try claim(mask(of: part.label, in: region), regions.count > 1) {
      case .all(let mask):
        result.giveBackground(in: region, where: mask, part.label, inside: allowed)
      case .squares(let squares):
        claims.add(squares, of: region, label: part.label, to: &result, of: self, inside: allowed)
      }
    }
    return result
  }
}

extension LabelMap {
  /// Gives a label to the background voxels of a box that a mask holds, slice by slice on all threads.
  private mutating func giveBackground(
    in box: VoxelBox, where mask: Mask, _ label: Label, inside allowed: Mask?
  ) {
    let (extent, part) = (extent, box.extent)
    labels.withUnsafeMutableBufferPointer { labels in
      nonisolated(unsafe) let labels = labels
      mask.voxels.withUnsafeBufferPointer { mask in
        nonisolated(unsafe) let mask = mask
        parallelFor(part.z) { z in
          for y in 0..<part.y {
            let source = part.index(0, y, z)
            let target = extent.index(
              box.x.lowerBound, box.y.lowerBound + y, box.z.lowerBound + z)
            for x in 0..<part.x where mask[source + x] && labels[target + x] == 0 {
              if allowed?.voxels[target + x] ?? true { labels[target + x] = label }
            }
          }
        }
      }
    }
  }
}

/// Which voxels of its box a region claims.
enum Claim {
  /// These, against no other.
  case all(Mask)
  /// Those whose squared distance to the region is finite.
  case squares([Double])
}

/// The squared distances at which background voxels were given away.
private struct Claims {
  private let box: VoxelBox
  private var best: [Double]

  init(in box: VoxelBox?) {
    self.box = box ?? VoxelBox(x: 0..<0, y: 0..<0, z: 0..<0)
    best = [Double](repeating: .infinity, count: self.box.extent.count)
  }

  /// Gives a label, larger than those before, the voxels it is nearest to.
  mutating func add(
    _ squares: [Double], of region: VoxelBox, label: LabelMap.Label, to result: inout LabelMap,
    of original: LabelMap, inside allowed: Mask?
  ) {
    let (extent, place, whole) = (result.extent, region.moved(by: box), box.extent)
    var index = 0
    for z in 0..<region.z.count {
      for y in 0..<region.y.count {
        var position = extent.index(
          region.x.lowerBound, region.y.lowerBound + y, region.z.lowerBound + z)
        var claim = whole.index(place.x.lowerBound, place.y.lowerBound + y, place.z.lowerBound + z)
        for _ in 0..<region.x.count {
          // Equal distances along different axes differ by rounding; the smaller label came first.
          if squares[index] < best[claim] * (1 - 1e-9), original.labels[position] == 0,
            allowed?.voxels[position] ?? true
          {
            best[claim] = squares[index]
            result.labels[position] = label
          }
          index += 1
          position += 1
          claim += 1
        }
      }
    }
  }
}

extension Volume<Bool> {
  /// Squared distances to the mask in the ball's unit, infinite beyond its radius.
  fileprivate func squares(within ball: Ball) -> [Double] {
    let transform = ball.transform(on: geometry)
    return [Double](unsafeUninitializedCapacity: voxels.count) { result, count in
      count = voxels.count
      guard let target = result.baseAddress else { return }
      preferLargePages(target, byteCount: voxels.count * MemoryLayout<Double>.stride)
      voxels.withUnsafeBufferPointer { mask in
        guard let mask = mask.baseAddress else { return }
        transform.run(mask, into: LimitedSquareSink(target: target, limit: ball.limit))
      }
    }
  }
}
