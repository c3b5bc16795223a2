import Parallelism
package import Volumes

/// What it costs, at every point of a control grid, to move by each of a cube of displacements.
///
/// The squared difference between the fixed image's features at the point and the moving image's
/// where it goes, smoothed twice over 3 x 3 x 3 points.
///
/// - Source: Heinrich, Jenkinson, Brady, Schnabel, IEEE TMI 32(7), 2013, doi:10.1109/TMI.2013.2246577;
///   Siebert, Hansen, Heinrich, MICCAI Learn2Reg 2021, doi:10.1007/978-3-030-97281-3_26.
package struct CostVolume: Sendable {
  /// The control grid.
  package let extent: Extent
  /// The largest displacement along each axis, in points of the grid.
  package let reach: Int
  /// One grid of costs per displacement, displacements in raster order with x fastest; grids are
  /// padded to ``stride`` numbers.
  package let costs: [Float]

  /// Numbers from one displacement to the next, a multiple of 16.
  package var stride: Int { Self.stride(extent) }

  static func stride(_ extent: Extent) -> Int { (extent.count + 15) & ~15 }

  /// Bytes of a cost volume.
  static func bytes(_ extent: Extent, reach: Int) -> Double {
    let side = Double(2 * reach + 1)
    return 4 * side * side * side * Double(stride(extent))
  }

  /// Displacements along each axis.
  var side: Int { 2 * reach + 1 }

  /// The costs between features on the same control grid.
  package init(fixed: StructureFeatures, moving: StructureFeatures, reach: Int) {
    precondition(fixed.extent == moving.extent, "features on two grids")
    let (extent, side) = (fixed.extent, 2 * reach + 1)
    (self.extent, self.reach) = (extent, reach)
    let stride = Self.stride(extent)
    let padded = PaddedFeatures(moving, margin: reach)
    let total = side * side * side * stride
    costs = Array(unsafeUninitializedCapacity: total) { buffer, count in
      guard let first = buffer.baseAddress else { return }
      nonisolated(unsafe) let start = first  // displacements are disjoint
      fixed.channels.withUnsafeBufferPointer { fixed in
        padded.values.withUnsafeBufferPointer { moving in
          nonisolated(unsafe) let (fixed, moving) = (fixed, moving)
          parallelFor(side * side * side) { index in
            let slice = start + index * stride
            slice.initialize(repeating: 0, count: stride)
            let shift = (index % side, index / side % side, index / side / side)
            addSquares(fixed, moving, padded.extent, shift, extent, to: slice)
            smoothTwice(slice, extent)
          }
        }
      }
      count = total
    }
  }
}

/// Features with their outermost points repeated around them.
private struct PaddedFeatures {
  let extent: Extent
  let values: [Float]

  init(_ features: StructureFeatures, margin: Int) {
    let old = features.extent
    let new = Extent(x: old.x + 2 * margin, y: old.y + 2 * margin, z: old.z + 2 * margin)
    extent = new
    var values: [Float] = []
    values.reserveCapacity(StructureFeatures.count * new.count)
    func clamped(_ index: Int, _ count: Int) -> Int { min(max(index - margin, 0), count - 1) }
    for channel in 0..<StructureFeatures.count {
      for z in 0..<new.z {
        for y in 0..<new.y {
          let row =
            channel * old.count + old.index(0, clamped(y, old.y), clamped(z, old.z))
          for x in 0..<new.x { values.append(features.channels[row + clamped(x, old.x)]) }
        }
      }
    }
    self.values = values
  }
}

/// Adds the squared differences of all channels for one displacement.
private func addSquares(
  _ fixed: UnsafeBufferPointer<Float>, _ moving: UnsafeBufferPointer<Float>, _ padded: Extent,
  _ shift: (x: Int, y: Int, z: Int), _ extent: Extent, to slice: UnsafeMutablePointer<Float>
) {
  guard let fixed = fixed.baseAddress, let moving = moving.baseAddress else { return }
  for channel in 0..<StructureFeatures.count {
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        let row = extent.index(0, y, z)
        let a = fixed + (channel &* extent.count &+ row)
        let b =
          moving
          + (channel &* padded.count &+ padded.index(shift.x, y &+ shift.y, z &+ shift.z))
        let target = slice + row
        for x in 0..<extent.x {
          let difference = a[x] - b[x]
          target[x] += difference * difference
        }
      }
    }
  }
}

/// Means over 3 x 3 x 3 points, twice, in place; the outermost points are repeated.
private func smoothTwice(_ values: UnsafeMutablePointer<Float>, _ extent: Extent) {
  let scratch = UnsafeMutablePointer<Float>.allocate(capacity: extent.count)
  defer { scratch.deallocate() }
  let third: Float = 1 / 3
  let (nx, ny, nz) = (extent.x, extent.y, extent.z)
  for _ in 0..<2 {
    for row in 0..<ny * nz {
      let (a, b) = (values + row * nx, scratch + row * nx)
      b[0] = (a[0] + a[0] + a[min(1, nx - 1)]) * third
      for x in 1..<max(1, nx - 1) { b[x] = (a[x &- 1] + a[x] + a[x &+ 1]) * third }
      if nx > 1 { b[nx - 1] = (a[nx - 2] + a[nx - 1] + a[nx - 1]) * third }
    }
    for row in 0..<ny * nz {
      let (y, z) = (row % ny, row / ny)
      let (a, b, c) = (
        scratch + extent.index(0, max(0, y - 1), z), scratch + row * nx,
        scratch + extent.index(0, min(ny - 1, y + 1), z)
      )
      let out = values + row * nx
      for x in 0..<nx { out[x] = (a[x] + b[x] + c[x]) * third }
    }
    for row in 0..<ny * nz {
      let (y, z) = (row % ny, row / ny)
      let (a, b, c) = (
        values + extent.index(0, y, max(0, z - 1)), values + row * nx,
        values + extent.index(0, y, min(nz - 1, z + 1))
      )
      let out = scratch + row * nx
      for x in 0..<nx { out[x] = (a[x] + b[x] + c[x]) * third }
    }
    values.update(from: scratch, count: extent.count)
  }
}
