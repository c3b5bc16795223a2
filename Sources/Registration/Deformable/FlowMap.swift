import Parallelism
import SpatialTransforms
import Volumes

/// A flow on the working grid followed by a linear map.
struct FlowMap: Sendable {
  private let grid: WorkingGrid
  private let linear: AffineMap
  /// On half the working grid's voxels, in those.
  private let there: VoxelField
  private let back: VoxelField

  /// - Parameters:
  ///   - grid: The working grid.
  ///   - linear: What follows the flow.
  ///   - velocity: On a grid with half the working grid's voxels, in voxels of that one.
  ///   - squarings: How often the flow's time is halved.
  init(grid: WorkingGrid, linear: AffineMap, velocity: VoxelField, squarings: Int) {
    (self.grid, self.linear) = (grid, linear)
    there = Exponential(velocity, squarings: squarings).displacement
    back = Exponential(velocity.scaled(by: -1), squarings: squarings).displacement
  }

  /// The map from points of the fixed image to points of the moving image.
  func field(on fixed: Geometry) -> DisplacementField {
    let toHalf = halfMap(grid.fromWorld)
    let toWorld = worldMap
    return there.withView { view in
      nonisolated(unsafe) let view = view
      return displacements(on: fixed) { point in
        let place = toHalf(point).packed
        return linear(toWorld((place + view.sample(place)).unpacked))
      }
    }
  }

  /// The map from points of the moving image to points of the fixed image.
  ///
  /// The flow of the opposite velocity, made exact: steps by what is still missing, as long as that
  /// helps.
  func inverse(on moving: Geometry) -> DisplacementField {
    let toHalf = halfMap(grid.fromWorld)
    let toWorld = worldMap
    let unlinear = linear.inverse ?? .identity
    return there.withView { there in
      back.withView { back in
        nonisolated(unsafe) let (there, back) = (there, back)
        return displacements(on: moving) { point in
          let target = toHalf(unlinear(point)).packed
          var place = target + back.sample(target)
          var missing = target - place - there.sample(place)
          for _ in 0..<20 {
            let length = (missing * missing).sum()
            if length < 1e-8 { break }
            let candidate = place + missing
            let left = target - candidate - there.sample(candidate)
            if (left * left).sum() >= length { break }
            (place, missing) = (candidate, left)
          }
          return toWorld(place.unpacked)
        }
      }
    }
  }

  private func halfMap(_ map: AffineMap) -> AffineMap {
    AffineMap(
      matrix: Matrix3(
        columns: Vector3(0.5, 0, 0), Vector3(0, 0.5, 0), Vector3(0, 0, 0.5)),
      offset: Vector3(-0.25, -0.25, -0.25)
    ).after(map)
  }

  /// From the half grid's voxels to the world.
  private var worldMap: AffineMap {
    grid.toWorld.after(
      AffineMap(
        matrix: Matrix3(columns: Vector3(2, 0, 0), Vector3(0, 2, 0), Vector3(0, 0, 2)),
        offset: Vector3(0.5, 0.5, 0.5)))
  }

  /// Displacements of a grid's points by a map.
  private func displacements(
    on geometry: Geometry, _ map: (Vector3) -> Vector3
  ) -> DisplacementField {
    let extent = geometry.extent
    let toWorld = AffineMap(matrix: geometry.axes, offset: geometry.origin)
    var x = [Float](repeating: 0, count: extent.count)
    var (y, z) = (x, x)
    x.withUnsafeMutableBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        z.withUnsafeMutableBufferPointer { z in
          nonisolated(unsafe) let (x, y, z) = (x, y, z)  // rows are disjoint
          parallelForRanges(extent.y * extent.z, grain: rowGrain(extent)) { rows in
            for voxel in rows.lowerBound * extent.x..<rows.upperBound * extent.x {
              let (row, column) = (voxel / extent.x, voxel % extent.x)
              let point = toWorld(
                Vector3(Double(column), Double(row % extent.y), Double(row / extent.y)))
              let moved = map(point) - point
              (x[voxel], y[voxel], z[voxel]) = (Float(moved.x), Float(moved.y), Float(moved.z))
            }
          }
        }
      }
    }
    return DisplacementField(geometry: geometry, components: [x, y, z])
  }
}

extension Vector3 {
  fileprivate var packed: SIMD4<Float> { SIMD4(Float(x), Float(y), Float(z), 0) }
}

extension SIMD4<Float> {
  fileprivate var unpacked: Vector3 { Vector3(Double(x), Double(y), Double(z)) }
}
