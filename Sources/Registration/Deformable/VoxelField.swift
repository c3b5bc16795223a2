import Parallelism
package import Volumes

/// A vector at every voxel of a grid, counted in voxels of that grid.
package struct VoxelField: Sendable {
  package let extent: Extent
  /// x, y, z and a number without meaning, voxel by voxel, x fastest.
  package var vectors: [SIMD4<Float>]

  /// The field that is 0 everywhere.
  package init(extent: Extent) {
    self.extent = extent
    vectors = Array(repeating: SIMD4(repeating: 0), count: extent.count)
  }

  /// A field from a kernel that fills it row by row, on all threads.
  ///
  /// - Parameters:
  ///   - extent: The grid.
  ///   - fill: Writes the `extent.x` vectors of row `y + extent.y * z`.
  init(extent: Extent, rows fill: (_ row: Int, UnsafeMutablePointer<SIMD4<Float>>) -> Void) {
    self.extent = extent
    vectors = Array(unsafeUninitializedCapacity: extent.count) { buffer, count in
      if let first = buffer.baseAddress {
        nonisolated(unsafe) let start = first  // rows are disjoint
        parallelForRanges(extent.y * extent.z, grain: rowGrain(extent)) { rows in
          for row in rows { fill(row, start + row * extent.x) }
        }
      }
      count = extent.count
    }
  }

  /// Lends the field to the kernels.
  func withView<Result>(_ body: (FieldView) -> Result) -> Result {
    vectors.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("a field of no voxels") }
      return body(FieldView(vectors: start, extent: extent))
    }
  }

  /// All vectors times a number.
  func scaled(by factor: Float) -> VoxelField {
    var result = self
    for index in result.vectors.indices { result.vectors[index] *= factor }
    return result
  }

  /// The field of moving by this one and then by another on the same grid: `u + next(x + u)`.
  func followed(by next: VoxelField) -> VoxelField {
    precondition(next.extent == extent, "fields on \(extent) and \(next.extent) voxels")
    return withView { first in
      next.withView { second in
        VoxelField(extent: extent) { row, target in
          let base = row * extent.x
          for x in 0..<extent.x {
            let vector = first.vectors[base + x]
            target[x] = vector + second.sample(extent.place(x, row) + vector)
          }
        }
      }
    }
  }

  /// The field on another grid over the same box, by linear interpolation, the vectors in voxels of
  /// the new grid.
  ///
  /// - Parameters:
  ///   - extent: The new grid.
  ///   - factor: How many voxels of the new grid a voxel of this one is wide.
  /// - Returns: The field on the new grid.
  func resampled(to extent: Extent, factor: Float) -> VoxelField {
    withView { view in
      VoxelField(extent: extent) { row, target in
        for x in 0..<extent.x {
          let place = (extent.place(x, row) + 0.5) / factor - 0.5
          target[x] = view.sample(place) * factor
        }
      }
    }
  }
}

extension Extent {
  /// Where the `x`-th voxel of a row lies; the fourth number is 0.
  @inline(__always)
  func place(_ x: Int, _ row: Int) -> SIMD4<Float> {
    SIMD4(Float(x), Float(row % y), Float(row / y), 0)
  }

  /// Half as many voxels along every axis, rounded up.
  var halved: Extent { Extent(x: (x + 1) / 2, y: (y + 1) / 2, z: (z + 1) / 2) }
}

/// How many rows of a grid a thread takes at a time.
func rowGrain(_ extent: Extent) -> Int { max(1, 4096 / max(1, extent.x)) }
