import Volumes

/// Distances between the patches around a voxel, plane by plane, in an image of twelve channels.
struct PatchDistances {
  let values: UnsafePointer<Float>
  let extent: Extent

  /// How far the compared patches are from the voxel.
  static let reach = 2

  /// The six directions, and the pairs of them that are not opposite.
  private static let directions: [(x: Int, y: Int, z: Int)] = [
    (-reach, 0, 0), (reach, 0, 0), (0, -reach, 0), (0, reach, 0), (0, 0, -reach), (0, 0, reach),
  ]
  static let pairs: [(first: Int, second: Int)] = (0..<6).flatMap { first in
    (first + 1..<6).filter { first / 2 != $0 / 2 }.map { (first, $0) }
  }

  /// Fills a plane of every channel with mean squared differences over patches, less the smallest.
  func fill(plane z: Int, of channels: UnsafeMutablePointer<Float>) {
    let (nx, ny) = (extent.x, extent.y)
    let plane = nx * ny
    let scratch = UnsafeMutablePointer<Float>.allocate(capacity: plane + nx + 4)
    defer { scratch.deallocate() }
    let sums = scratch + nx + 4
    for (channel, pair) in Self.pairs.enumerated() {
      sums.initialize(repeating: 0, count: plane)
      for k in [max(0, z - 1), z, min(extent.z - 1, z + 1)] {
        for y in 0..<ny { addDifferences(pair, y, k, to: sums + y * nx) }
      }
      let target = channels + channel * extent.count + z * plane
      for y in 0..<ny {
        let (a, b, c) = (
          sums + max(0, y - 1) * nx, sums + y * nx, sums + min(ny - 1, y + 1) * nx
        )
        let line = scratch + 1
        for x in 0..<nx { line[x] = a[x] + b[x] + c[x] }
        (line[-1], line[nx]) = (line[0], line[nx - 1])
        let row = target + y * nx
        for x in 0..<nx { row[x] = (line[x &- 1] + line[x] + line[x &+ 1]) * (1.0 / 27) }
      }
    }
    subtractSmallest(channels + z * plane, count: plane)
  }

  /// Adds the squared differences of a row.
  private func addDifferences(
    _ pair: (first: Int, second: Int), _ y: Int, _ z: Int, to row: UnsafeMutablePointer<Float>
  ) {
    let nx = extent.x
    func neighbour(_ direction: Int) -> (row: UnsafePointer<Float>, shift: Int) {
      let step = Self.directions[direction]
      let (j, k) = (
        min(max(y + step.y, 0), extent.y - 1), min(max(z + step.z, 0), extent.z - 1)
      )
      return (values + extent.index(0, j, k), step.x)
    }
    let (a, b) = (neighbour(pair.first), neighbour(pair.second))
    let reach = min(Self.reach, nx)
    func addAtEnd(_ x: Int) {
      let difference =
        a.row[min(max(x + a.shift, 0), nx - 1)] - b.row[min(max(x + b.shift, 0), nx - 1)]
      row[x] += difference * difference
    }
    for x in 0..<reach { addAtEnd(x) }
    for x in max(reach, nx - reach)..<max(reach, nx) { addAtEnd(x) }
    let (first, second) = (a.row + a.shift, b.row + b.shift)
    for x in reach..<max(reach, nx - reach) {
      let difference = first[x] - second[x]
      row[x] += difference * difference
    }
  }

  private func subtractSmallest(_ channels: UnsafeMutablePointer<Float>, count: Int) {
    let stride = extent.count
    for voxel in 0..<count {
      var smallest = channels[voxel]
      for channel in 1..<StructureFeatures.count {
        smallest = min(smallest, channels[channel &* stride &+ voxel])
      }
      for channel in 0..<StructureFeatures.count {
        channels[channel &* stride &+ voxel] -= smallest
      }
    }
  }

  /// The sum over a plane of the voxels' mean distances.
  func sumOfMeans(plane z: Int, in channels: UnsafePointer<Float>) -> Double {
    let plane = extent.x * extent.y
    var sum = 0.0
    for channel in 0..<StructureFeatures.count {
      let values = channels + channel * extent.count + z * plane
      var part: Float = 0
      for voxel in 0..<plane { part += values[voxel] }
      sum += Double(part)
    }
    return sum / Double(StructureFeatures.count)
  }

  /// Turns the distances of a plane into similarities: `exp(-distance / mean)`, the mean kept within
  /// limits.
  func findSimilarities(
    plane z: Int, of channels: UnsafeMutablePointer<Float>, _ limits: ClosedRange<Float>
  ) {
    let plane = extent.x * extent.y
    let scales = UnsafeMutablePointer<Float>.allocate(capacity: plane)
    defer { scales.deallocate() }
    scales.initialize(repeating: 0, count: plane)
    for channel in 0..<StructureFeatures.count {
      let values = channels + channel * extent.count + z * plane
      for voxel in 0..<plane { scales[voxel] += values[voxel] }
    }
    for voxel in 0..<plane {
      let mean = scales[voxel] / Float(StructureFeatures.count)
      scales[voxel] = -1 / min(max(mean, limits.lowerBound), limits.upperBound)
    }
    for channel in 0..<StructureFeatures.count {
      let values = channels + channel * extent.count + z * plane
      for voxel in 0..<plane {
        values[voxel] = exponentialOfNegative(values[voxel] * scales[voxel])
      }
    }
  }
}

/// e to the power of `x` for `x` from -87 to 0, within 2e-7; smaller ones count as -87.
///
/// A polynomial, so that the compiler makes vectors of it.
@inline(__always)
func exponentialOfNegative(_ x: Float) -> Float {
  let binary = max(x, -87) * 1.442_695_04
  // Adding this number rounds to an integer, which is then in the last bits.
  let magic: Float = 12_582_912
  let shifted = binary + magic
  let t = (binary - (shifted - magic)) * 0.693_147_18
  let series =
    1 + t * (1 + t * (0.5 + t * (1 / 6 + t * (1 / 24 + t * (1 / 120 + t * (1 / 720))))))
  return Float(bitPattern: series.bitPattern &+ (shifted.bitPattern << 23))
}
