public import SpatialTransforms
import Volumes

/// How far from a point one comes out there and back.
public struct InverseConsistency: Hashable, Sendable {
  /// Points that were tried.
  public var points = 0
  /// Mean distance in millimetres.
  public var mean = 0.0
  /// Largest distance in millimetres.
  public var largest = 0.0

  /// Tries at most some 30,000 evenly spaced voxels of the field's grid, of those that arrive on the
  /// inverse's grid.
  ///
  /// - Parameters:
  ///   - field: The way there.
  ///   - inverse: The way back, on the grid where it arrives.
  public init(of field: DisplacementField, inverse: DisplacementField) {
    let (size, target) = (field.geometry.extent, inverse.geometry)
    var stride = 1
    while (size.x / stride + 1) * (size.y / stride + 1) * (size.z / stride + 1) > 30_000 {
      stride += 1
    }
    let there = TransformChain([.warp(.displacement(field))])
    let back = TransformChain([.warp(.displacement(inverse))])
    var sum = 0.0
    for z in Swift.stride(from: 0, to: size.z, by: stride) {
      for y in Swift.stride(from: 0, to: size.y, by: stride) {
        for x in Swift.stride(from: 0, to: size.x, by: stride) {
          let start = field.geometry.worldPoint(
            ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          let end = there(start)
          guard let place = target.voxel(ofWorldPoint: end), place.x >= 0, place.y >= 0,
            place.z >= 0, place.x <= Double(target.extent.x - 1),
            place.y <= Double(target.extent.y - 1), place.z <= Double(target.extent.z - 1)
          else { continue }
          let distance = (back(end) - start).length
          points += 1
          sum += distance
          largest = max(largest, distance)
        }
      }
    }
    mean = sum / Double(max(1, points))
  }
}
