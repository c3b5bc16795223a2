internal import Parallelism
public import Volumes

extension TransformChain {
  /// How much of a grid arrives inside an image.
  ///
  /// - Parameters:
  ///   - grid: The grid whose voxels' centres pass through the chain.
  ///   - image: The grid of the image where they arrive.
  /// - Returns: The share of voxels that lie in a voxel of the image, from 0 to 1, estimated on at
  ///   most some 30,000 of them; where those all miss, of all voxels.
  /// - Complexity: O(1), or O(voxels) where nothing or little overlaps.
  public func overlap(of grid: Geometry, with image: Geometry) -> Double {
    let size = grid.extent
    guard size.count > 0 else { return 0 }
    var stride = 1
    while (size.x / stride + 1) * (size.y / stride + 1) * (size.z / stride + 1) > 30_000 {
      stride += 1
    }
    let estimate = overlap(of: grid, with: image, stride: stride)
    return estimate > 0 || stride == 1 ? estimate : overlap(of: grid, with: image, stride: 1)
  }

  private func overlap(of grid: Geometry, with image: Geometry, stride: Int) -> Double {
    guard let toImage = PackedMap(toVoxelsOf: image) else { return 0 }
    let toWorld = PackedMap(AffineMap(matrix: grid.axes, offset: grid.origin))
    let (size, extent) = (grid.extent, image.extent)
    func places(_ length: Int) -> [Int] { Array(Swift.stride(from: 0, to: length, by: stride)) }
    let (xs, ys, zs) = (places(size.x), places(size.y), places(size.z))
    let counts = parallelMap(ys.count * zs.count) { row in
      let points = UnsafeMutableBufferPointer<Vector3>.allocate(capacity: xs.count)
      points.initialize(repeating: Vector3(0, 0, 0))
      defer { points.deallocate() }
      for (index, x) in xs.enumerated() {
        points[index] = toWorld(
          Vector3(Double(x), Double(ys[row % ys.count]), Double(zs[row / ys.count])))
      }
      map(points)
      return points.count { point in
        let place = toImage(point)
        return place.x >= -0.5 && place.y >= -0.5 && place.z >= -0.5
          && place.x < Double(extent.x) - 0.5 && place.y < Double(extent.y) - 0.5
          && place.z < Double(extent.z) - 0.5
      }
    }
    return Double(counts.reduce(0, +)) / Double(xs.count * ys.count * zs.count)
  }
}
