import Parallelism
import Volumes

extension CostVolume {
  /// A smooth field of displacements of small cost, in points of the control grid.
  ///
  /// Alternates between the best displacement of every point, close to a smooth field, and that
  /// field, the mean of the points' displacements; being close counts more and more.
  ///
  /// - Parameter couplings: Costs of a squared distance of one point from the smooth field, rising.
  /// - Returns: The smooth field.
  package func smoothMinimiser(
    couplings: [Float] = [0.003, 0.01, 0.03, 0.1, 0.3, 1]
  ) -> VoxelField {
    var field = displacements(bestDisplacements(near: nil, coupling: 0)).smoothed()
    for coupling in couplings {
      field = displacements(bestDisplacements(near: field, coupling: coupling)).smoothed()
    }
    return field
  }

  /// The index of the best displacement at every point; of equals the first.
  ///
  /// - Parameters:
  ///   - field: Displacements to be close to; nil for none.
  ///   - coupling: The cost of a squared distance from it of one point.
  /// - Returns: An index for every point, into ``costs``.
  package func bestDisplacements(near field: VoxelField?, coupling: Float) -> [Int32] {
    let (stride, side) = (stride, side)
    let groups = stride / 16
    var best = [Int32](repeating: 0, count: stride)
    best.withUnsafeMutableBufferPointer { best in
      costs.withUnsafeBufferPointer { costs in
        nonisolated(unsafe) let (best, costs) = (best, costs)  // groups are disjoint
        parallelForRanges(groups, grain: 16) { range in
          for group in range {
            let found = bestOfGroup(
              costs, at: group * 16, centre: centre(field, group * 16), coupling, stride, side)
            for lane in 0..<16 { best[group * 16 + lane] = found[lane] }
          }
        }
      }
    }
    return Array(best.prefix(extent.count))
  }

  /// The displacements of sixteen points that follow one another, as indices from 0, x, y and z
  /// apart.
  private func centre(
    _ field: VoxelField?, _ first: Int
  ) -> (x: SIMD16<Float>, y: SIMD16<Float>, z: SIMD16<Float>) {
    var (x, y, z) = (
      SIMD16<Float>(repeating: 0), SIMD16<Float>(repeating: 0), SIMD16<Float>(repeating: 0)
    )
    guard let field else { return (x, y, z) }
    for lane in 0..<min(16, extent.count - first) {
      let vector = field.vectors[first + lane] + Float(reach)
      (x[lane], y[lane], z[lane]) = (vector.x, vector.y, vector.z)
    }
    return (x, y, z)
  }

  /// The field that indices of displacements stand for.
  private func displacements(_ indices: [Int32]) -> VoxelField {
    var field = VoxelField(extent: extent)
    for (point, index) in indices.enumerated() {
      let index = Int(index)
      field.vectors[point] = SIMD4(
        Float(index % side - reach), Float(index / side % side - reach),
        Float(index / side / side - reach), 0)
    }
    return field
  }
}

/// The best displacements of sixteen points.
private func bestOfGroup(
  _ costs: UnsafeBufferPointer<Float>, at first: Int,
  centre: (x: SIMD16<Float>, y: SIMD16<Float>, z: SIMD16<Float>), _ coupling: Float,
  _ stride: Int, _ side: Int
) -> SIMD16<Int32> {
  var lowest = SIMD16<Float>(repeating: .infinity)
  var best = SIMD16<Int32>(repeating: 0)
  guard let start = costs.baseAddress.map({ UnsafeRawPointer($0 + first) }) else { return best }
  var index = 0
  for z in 0..<side {
    let dz = Float(z) - centre.z
    for y in 0..<side {
      let dy = Float(y) - centre.y
      let squares = dz * dz + dy * dy
      for x in 0..<side {
        let dx = Float(x) - centre.x
        let cost =
          (start + 4 &* index &* stride).loadUnaligned(as: SIMD16<Float>.self)
          + (squares + dx * dx) * coupling
        let isLower = cost .< lowest
        lowest.replace(with: cost, where: isLower)
        best.replace(with: Int32(truncatingIfNeeded: index), where: isLower)
        index &+= 1
      }
    }
  }
  return best
}

/// Makes two fields, there and back, inverse to one another as well as their smoothness allows.
///
/// Each becomes the mean of itself and the way back through the other, both at once, fifteen times.
///
/// - Source: Siebert, Hansen, Heinrich, MICCAI Learn2Reg 2021, doi:10.1007/978-3-030-97281-3_26.
package func symmetrised(_ forward: VoxelField, _ backward: VoxelField) -> VoxelField {
  var (u, v) = (forward, backward)
  for _ in 0..<15 { (u, v) = (halfway(u, v), halfway(v, u)) }
  return u
}

/// Half of `u - other(x + u)`.
private func halfway(_ u: VoxelField, _ other: VoxelField) -> VoxelField {
  u.withView { first in
    other.withView { second in
      VoxelField(extent: u.extent) { row, target in
        for x in 0..<u.extent.x {
          let vector = first.vectors[row * u.extent.x + x]
          target[x] = (vector - second.sample(u.extent.place(x, row) + vector)) * 0.5
        }
      }
    }
  }
}
