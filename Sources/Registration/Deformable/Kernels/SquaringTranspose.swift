import Parallelism
import Volumes

/// The derivative of a scalar by a field `u`, from its derivative by `u + u(x + u)`.
///
/// Three parts: the sum's first `u`; the place where the second is read, through its slopes; and the
/// eight vectors that are read there. Vectors that several voxels read get sums; these are made in
/// slabs whose number depends on the grid alone, and added up in order, so that the result does not
/// depend on the number of threads.
func pullBackSquaring(_ gradient: VoxelField, of field: VoxelField) -> VoxelField {
  let extent = field.extent
  let plane = extent.x * extent.y
  let slabThickness = max(1, (extent.z + 7) / 8)
  let slabCount = (extent.z + slabThickness - 1) / slabThickness
  var result = VoxelField(extent: extent)
  result.vectors.withUnsafeMutableBufferPointer { buffer in
    guard let start = buffer.baseAddress else { return }
    nonisolated(unsafe) let target = start  // slabs, then planes, are disjoint
    field.withView { field in
      gradient.withView { gradient in
        nonisolated(unsafe) let (field, gradient) = (field, gradient)
        let slabs = parallelMap(slabCount) { slab in
          let voxels =
            slab * slabThickness * plane..<min(extent.z, (slab + 1) * slabThickness) * plane
          return ScatteredSlab(voxels, field, gradient, directPart: target)
        }
        defer { for slab in slabs { slab.deallocate() } }
        parallelFor(extent.z) { z in
          for slab in slabs { slab.addPlane(z, to: target + z * plane, count: plane) }
        }
      }
    }
  }
  return result
}

/// What the voxels of a slab add to the vectors that they read: whole planes of sums.
private struct ScatteredSlab {
  private let firstPlane: Int
  private let planeCount: Int
  private let sums: UnsafeMutablePointer<SIMD4<Float>>

  /// - Parameters:
  ///   - voxels: The slab, whole planes.
  ///   - field: The field.
  ///   - gradient: The derivative to take back.
  ///   - directPart: Gets, at the slab's voxels, the other two parts.
  init(
    _ voxels: Range<Int>, _ field: FieldView, _ gradient: FieldView,
    directPart: UnsafeMutablePointer<SIMD4<Float>>
  ) {
    let extent = field.extent
    let plane = extent.x * extent.y
    var (low, high) = (Float(extent.z), Float(0))
    for voxel in voxels {
      let z = Float(voxel / plane) + field.vectors[voxel].z
      (low, high) = (min(low, z), max(high, z))
    }
    let last = Float(extent.z - 1)
    firstPlane = min(Int(min(max(low, 0), last)), extent.z - 2)
    planeCount = min(Int(min(max(high, 0), last)), extent.z - 2) + 2 - firstPlane
    sums = .allocate(capacity: planeCount * plane)
    sums.initialize(repeating: SIMD4(repeating: 0), count: planeCount * plane)
    let origin = sums - firstPlane * plane
    for row in voxels.lowerBound / extent.x..<voxels.upperBound / extent.x {
      for x in 0..<extent.x {
        let voxel = row &* extent.x &+ x
        let own = gradient.vectors[voxel]
        let cell = VoxelCell(extent.place(x, row) + field.vectors[voxel], extent)
        directPart[voxel] = own + field.slope(cell, along: own)
        let weights = cell.weights
        let corner = origin + cell.base
        corner[0] += own * weights[0]
        corner[1] += own * weights[1]
        corner[extent.x] += own * weights[2]
        corner[extent.x &+ 1] += own * weights[3]
        corner[plane] += own * weights[4]
        corner[plane &+ 1] += own * weights[5]
        corner[plane &+ extent.x] += own * weights[6]
        corner[plane &+ extent.x &+ 1] += own * weights[7]
      }
    }
  }

  func addPlane(_ z: Int, to target: UnsafeMutablePointer<SIMD4<Float>>, count: Int) {
    guard firstPlane..<firstPlane + planeCount ~= z else { return }
    let source = sums + (z - firstPlane) * count
    for index in 0..<count { target[index] += source[index] }
  }

  func deallocate() { sums.deallocate() }
}
