import Parallelism
package import Volumes

/// A moving image read through a field on the same grid or on one of half as many voxels, and the way
/// back from derivatives by its voxels to derivatives by the field.
package final class WarpedImage {
  private let moving: [Float]
  private let extent: Extent
  private let fieldExtent: Extent
  /// Voxels of the image along a side of one of the field's: 1 or 2.
  private let ratio: Int
  /// The image through the field.
  package let values: UnsafeMutablePointer<Float>
  /// Derivatives of its voxels by the places where they are read.
  private let slopes: UnsafeMutablePointer<SIMD4<Float>>

  /// - Parameters:
  ///   - moving: The image.
  ///   - extent: Its grid.
  ///   - ratio: 1 for a field on the image's grid, 2 for half as many voxels.
  package init(_ moving: [Float], extent: Extent, ratio: Int) {
    precondition(ratio == 1 || ratio == 2, "a field of \(ratio) times larger voxels")
    self.moving = moving
    self.extent = extent
    self.ratio = ratio
    fieldExtent = ratio == 1 ? extent : extent.halved
    values = .allocate(capacity: extent.count)
    values.initialize(repeating: 0, count: extent.count)
    slopes = .allocate(capacity: extent.count)
    slopes.initialize(repeating: SIMD4(repeating: 0), count: extent.count)
  }

  deinit {
    values.deallocate()
    slopes.deallocate()
  }

  /// Reads the image through a field, in voxels of the field.
  package func read(through field: VoxelField) {
    precondition(field.extent == fieldExtent, "a field on \(field.extent), not \(fieldExtent)")
    let scale = Float(ratio)
    moving.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      field.withView { field in
        nonisolated(unsafe) let (image, field) = (ImageView(values: start, extent: extent), field)
        parallelForRanges(extent.y * extent.z, grain: rowGrain(extent)) { rows in
          let row = FieldRow(count: fieldExtent.x)
          for index in rows {
            let vectors =
              ratio == 1 ? field.vectors + index * extent.x : row.halfway(index, extent, field)
            for x in 0..<extent.x {
              let vector =
                ratio == 1 ? vectors[x] : FieldRow.vector(x, UnsafePointer(vectors), fieldExtent.x)
              let found = image.sample(extent.place(x, index) + vector * scale)
              values[index &* extent.x &+ x] = found.value
              slopes[index &* extent.x &+ x] = found.slopes
            }
          }
          row.deallocate()
        }
      }
    }
  }

  /// Takes derivatives of a scalar by the read image's voxels to derivatives by the field.
  package func pullBack(_ derivatives: UnsafePointer<Float>) -> VoxelField {
    guard ratio == 2 else {
      return VoxelField(extent: extent) { row, target in
        for x in 0..<extent.x {
          let voxel = row &* extent.x &+ x
          target[x] = slopes[voxel] * derivatives[voxel]
        }
      }
    }
    // Along x first, in place of the slopes: a field voxel has its own two and their neighbours.
    parallelForRanges(extent.y * extent.z, grain: rowGrain(extent)) { rows in
      for row in rows { gatherRow(slopes + row * extent.x, derivatives + row * extent.x) }
    }
    let (ys, zs) = (HalfTaps(extent.y), HalfTaps(extent.z))
    return VoxelField(extent: fieldExtent) { row, target in
      let (y, z) = (row % fieldExtent.y, row / fieldExtent.y)
      target.initialize(repeating: SIMD4(repeating: 0), count: fieldExtent.x)
      for (k, zWeight) in zs.taps(z) {
        for (j, yWeight) in ys.taps(y) {
          let source = slopes + extent.index(0, j, k)
          // Twice, for the image's voxels are half as wide.
          let weight = 2 * zWeight * yWeight
          for x in 0..<fieldExtent.x { target[x] += source[x] * weight }
        }
      }
    }
  }

  private func gatherRow(
    _ row: UnsafeMutablePointer<SIMD4<Float>>, _ derivatives: UnsafePointer<Float>
  ) {
    let (count, last) = (extent.x, fieldExtent.x - 1)
    for x in 0..<count { row[x] *= derivatives[x] }
    // The row is overwritten from its start; the fine voxel before is kept.
    var before = SIMD4<Float>(repeating: 0)
    for x in 0...last {
      var sum = before * 0.25 + row[2 &* x] * (x > 0 ? 0.75 : 1)
      before = SIMD4(repeating: 0)
      if 2 &* x &+ 1 < count {
        before = row[2 &* x &+ 1]
        sum += before * (x < last ? 0.75 : 1)
      }
      if 2 &* x &+ 2 < count { sum += row[2 &* x &+ 2] * 0.25 }
      row[x] = sum
    }
  }
}
