import Parallelism
import Volumes

/// One of the two images at one resolution: clamped intensities, and which voxels count.
struct PreparedImage: Sendable {
  var image: Volume<Float>
  /// 1 for voxels that count; nil where all do.
  var mask: [UInt8]?

  /// The image with intensities that can be worked with.
  ///
  /// Voxels that are not finite do not count. Intensities are clamped to `range`, or, without one,
  /// to all but the 0.05 % smallest and largest, so that single bright voxels do not decide the bins.
  ///
  /// - Throws: ``RegistrationError``.
  init(
    _ volume: Volume<Float>, mask: LabelMap?, range: ClosedRange<Float>?,
    role: RegistrationError.Role
  ) throws(RegistrationError) {
    let extent = volume.extent
    guard min(extent.x, extent.y, extent.z) >= 4 else {
      throw .flat(role, size: extent.description)
    }
    let spacing = volume.geometry.spacing
    guard volume.geometry.axes.inverse != nil,
      [spacing.x, spacing.y, spacing.z].allSatisfy({ $0 > 0 && $0.isFinite })
    else { throw .degenerate(role) }
    var counts: [UInt8]?
    if let mask {
      guard mask.geometry.matches(volume.geometry, tolerance: 1e-3) else {
        throw .maskGrid(role, mask: mask.extent.description, image: extent.description)
      }
      counts = mask.labels.map { $0 == 0 ? 0 : 1 }
      guard counts?.contains(1) == true else { throw .emptyMask(role) }
    }
    guard let limits = range ?? Self.robustRange(of: volume.voxels),
      limits.lowerBound < limits.upperBound
    else { throw .constant(role) }
    let clamped = Self.clamped(volume.voxels, to: limits)
    if !clamped.isFinite {
      var flags = counts ?? [UInt8](repeating: 1, count: extent.count)
      for index in flags.indices where !volume.voxels[index].isFinite { flags[index] = 0 }
      counts = flags
    }
    var geometry = volume.geometry
    geometry.niftiOrientation = nil
    image = Volume(voxels: clamped.voxels, geometry: geometry)
    self.mask = counts
    guard counts != nil else {
      guard clamped.low < clamped.high else { throw .constant(role) }
      return
    }
    fillBesideMask()
    var (low, high) = (Float.infinity, -Float.infinity)
    for index in image.voxels.indices where counts?[index] != 0 {
      low = min(low, image.voxels[index])
      high = max(high, image.voxels[index])
    }
    guard low < high else { throw .constant(role) }
  }

  /// Intensities set to the ends of a range where they lie outside, and to the lower one where they
  /// are not finite; whether all were finite, and the smallest and largest of the result.
  private static func clamped(
    _ voxels: [Float], to limits: ClosedRange<Float>
  ) -> (voxels: [Float], isFinite: Bool, low: Float, high: Float) {
    let grain = 1 << 18
    var parts: [(isFinite: Bool, low: Float, high: Float)] = []
    let result = [Float](unsafeUninitializedCapacity: voxels.count) { buffer, filled in
      nonisolated(unsafe) let target = buffer  // chunks are disjoint
      parts = voxels.withUnsafeBufferPointer { source in
        parallelMap((source.count + grain - 1) / grain) { chunk in
          var isFinite = true
          var (low, high) = (Float.infinity, -Float.infinity)
          for index in chunk * grain..<min(source.count, (chunk + 1) * grain) {
            var value = source[index]
            if !value.isFinite { (isFinite, value) = (false, limits.lowerBound) }
            value = min(max(value, limits.lowerBound), limits.upperBound)
            (low, high) = (min(low, value), max(high, value))
            target[index] = value
          }
          return (isFinite, low, high)
        }
      }
      filled = voxels.count
    }
    return (
      result, parts.allSatisfy(\.isFinite), parts.map(\.low).min() ?? 0,
      parts.map(\.high).max() ?? 0
    )
  }

  /// An image whose intensities and mask are ready already.
  init(image: Volume<Float>, mask: [UInt8]?) {
    self.image = image
    self.mask = mask
  }

  /// All but the smallest and largest half per mille of the finite intensities; nil if there are
  /// none.
  private static func robustRange(of voxels: [Float]) -> ClosedRange<Float>? {
    // Every k-th voxel tells it as well.
    let stride = max(1, voxels.count / 50_000)
    var sample = Swift.stride(from: 0, to: voxels.count, by: stride).map { voxels[$0] }
    sample.removeAll { !$0.isFinite }
    sample.sort()
    guard let first = sample.first, let last = sample.last else { return nil }
    let cut = sample.count / 2000
    let (low, high) = (sample[cut], sample[sample.count - 1 - cut])
    // An image that is nearly everywhere the same has its contents in the extremes.
    return low < high ? low...high : first...last
  }

  /// The image at a coarser resolution.
  func reduced(to extent: Extent) -> PreparedImage {
    guard let mask else { return PreparedImage(image: image.reduced(to: extent), mask: nil) }
    let coarse = reducedInsideMask(to: extent, mask)
    let counts = Self.spread(mask, over: extent, from: image.extent)
    var result = PreparedImage(image: coarse, mask: counts)
    result.fillBesideMask()
    return result
  }

  /// A mask on other numbers of voxels over the same box, each from the voxel it lies in.
  static func spread(_ mask: [UInt8], over extent: Extent, from old: Extent) -> [UInt8] {
    func nearest(_ index: Int, _ from: Int, _ to: Int) -> Int {
      min(from - 1, Int((Double(index) + 0.5) * Double(from) / Double(to)))
    }
    var counts: [UInt8] = []
    counts.reserveCapacity(extent.count)
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        for x in 0..<extent.x {
          let (i, j) = (nearest(x, old.x, extent.x), nearest(y, old.y, extent.y))
          counts.append(mask[old.index(i, j, nearest(z, old.z, extent.z))])
        }
      }
    }
    return counts
  }

  /// The image smoothed from voxels that count alone: the smoothed voxels over the smoothed mask.
  private func reducedInsideMask(to extent: Extent, _ mask: [UInt8]) -> Volume<Float> {
    guard extent != image.extent else { return image }
    var (counted, weights) = (image, image)
    for index in mask.indices {
      weights.voxels[index] = Float(mask[index])
      counted.voxels[index] *= Float(mask[index])
    }
    (counted, weights) = (counted.reduced(to: extent), weights.reduced(to: extent))
    for index in weights.voxels.indices {
      let weight = weights.voxels[index]
      counted.voxels[index] = weight > 1e-3 ? counted.voxels[index] / weight : 0
    }
    return counted
  }

  /// Gives voxels that do not count, beside some that do, the mean of these.
  ///
  /// The interpolation between the last voxel that counts and the next reads both.
  private mutating func fillBesideMask() {
    guard let mask else { return }
    let extent = image.extent
    let source = image.voxels
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        for x in 0..<extent.x where mask[extent.index(x, y, z)] == 0 {
          var (sum, count): (Float, Float) = (0, 0)
          for k in max(0, z - 1)...min(extent.z - 1, z + 1) {
            for j in max(0, y - 1)...min(extent.y - 1, y + 1) {
              for i in max(0, x - 1)...min(extent.x - 1, x + 1) {
                let index = extent.index(i, j, k)
                guard mask[index] != 0 else { continue }
                sum += source[index]
                count += 1
              }
            }
          }
          if count > 0 { image.voxels[extent.index(x, y, z)] = sum / count }
        }
      }
    }
  }

  /// The centre of mass of the intensities above the smallest, in the world.
  var centroid: Vector3 {
    let extent = image.extent
    let low = image.voxels.min() ?? 0
    var (sum, moment) = (0.0, Vector3(0, 0, 0))
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        for x in 0..<extent.x {
          let index = extent.index(x, y, z)
          guard mask?[index] != 0 else { continue }
          let mass = Double(image.voxels[index] - low)
          sum += mass
          moment = moment + Vector3(Double(x), Double(y), Double(z)) * mass
        }
      }
    }
    return sum > 0 ? image.geometry.worldPoint(ofVoxel: moment * (1 / sum)) : image.geometry.centre
  }
}

extension Geometry {
  /// The middle of the box of voxels, in the world.
  var centre: Vector3 {
    worldPoint(
      ofVoxel: Vector3(
        Double(extent.x - 1) / 2, Double(extent.y - 1) / 2, Double(extent.z - 1) / 2))
  }
}
