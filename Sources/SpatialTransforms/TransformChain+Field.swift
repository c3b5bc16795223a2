internal import Parallelism
public import Volumes

extension TransformChain {
  /// The whole chain as one field of displacements on a grid.
  ///
  /// - Parameter grid: The grid, usually the fixed image's.
  /// - Returns: A field that agrees with the chain at the voxels of `grid`, and is linear between
  ///   them.
  /// - Complexity: O(voxels) time on all threads; 12 bytes a voxel.
  public func displacementField(on grid: Geometry) -> DisplacementField {
    let size = grid.extent
    var x = [Float](repeating: 0, count: size.count)
    var (y, z) = (x, x)
    let toWorld = PackedMap(AffineMap(matrix: grid.axes, offset: grid.origin))
    x.withUnsafeMutableBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        z.withUnsafeMutableBufferPointer { z in
          nonisolated(unsafe) let (x, y, z) = (x, y, z)  // rows are disjoint
          parallelForRanges(size.y * size.z, grain: max(1, 4096 / max(1, size.x))) { rows in
            let points = UnsafeMutableBufferPointer<Vector3>.allocate(capacity: size.x)
            points.initialize(repeating: Vector3(0, 0, 0))
            defer { points.deallocate() }
            for row in rows {
              let (j, k) = (Double(row % size.y), Double(row / size.y))
              for i in 0..<size.x { points[i] = toWorld(Vector3(Double(i), j, k)) }
              map(points)
              for i in 0..<size.x {
                let moved = points[i] - toWorld(Vector3(Double(i), j, k))
                let index = row * size.x + i
                x[index] = Float(moved.x)
                y[index] = Float(moved.y)
                z[index] = Float(moved.z)
              }
            }
          }
        }
      }
    }
    return DisplacementField(geometry: grid, components: [x, y, z])
  }

  /// How well the fields of the chain that are passed backwards could be inverted.
  public struct InversionErrors: Hashable, Sendable {
    /// Points of the grid that were tried.
    public var points = 0
    /// Points from which no way back was found within a hundredth of the field's smallest spacing.
    public var failures = 0
    /// Largest distance in millimetres between a point and where its way back leads.
    public var largest = 0.0
    /// Mean distance in millimetres.
    public var mean = 0.0
  }

  /// Tries the inversions of the chain on at most some 30,000 evenly spaced voxels of a grid.
  ///
  /// - Parameter grid: The grid whose points pass through the chain.
  /// - Returns: The errors; nil if nothing in the chain is inverted by iteration.
  public func inversionErrors(on grid: Geometry) -> InversionErrors? {
    guard steps.contains(where: { if case .inverseWarp = $0 { true } else { false } }) else {
      return nil
    }
    let size = grid.extent
    var stride = 1
    while (size.x / stride + 1) * (size.y / stride + 1) * (size.z / stride + 1) > 30_000 {
      stride += 1
    }
    var points: [Vector3] = []
    for z in Swift.stride(from: 0, to: size.z, by: stride) {
      for y in Swift.stride(from: 0, to: size.y, by: stride) {
        for x in Swift.stride(from: 0, to: size.x, by: stride) {
          points.append(grid.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z))))
        }
      }
    }
    var errors = InversionErrors()
    points.withUnsafeMutableBufferPointer { points in
      for step in steps {
        if case .inverseWarp(let field) = step { errors.add(field, points) }
        step.map(points)
      }
    }
    return errors
  }
}

extension TransformChain.InversionErrors {
  /// Adds the inversions of one field.
  fileprivate mutating func add(
    _ field: WarpField, _ points: UnsafeMutableBufferPointer<Vector3>
  ) {
    let tolerance = field.inversionTolerance
    let residuals =
      field.withSampling { sampling in
        points.map {
          sampling.preimage(of: $0, tolerance: tolerance, limit: inversionLimit).residual
        }
      } ?? []
    let before = mean * Double(self.points)
    self.points += residuals.count
    failures += residuals.count { $0 > 10 * tolerance }
    largest = max(largest, residuals.max() ?? 0)
    mean = (before + residuals.reduce(0, +)) / Double(max(1, self.points))
  }
}
