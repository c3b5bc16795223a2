import Volumes

/// For every voxel of an axis of length `count` the nearest one of an axis of length `source` over the same distance.
///
/// floor((i + 0.5) source / count) in single precision, which decides ties as the reference's framework does ("nearest-exact").
func nearestIndices(_ count: Int, of source: Int) -> [Int] {
  let scale = Float(source) / Float(count)
  return (0..<count).map { min(source - 1, Int(((Float($0) + 0.5) * scale).rounded(.down))) }
}

/// Fills `target` with the nearest voxels of `source`, both (z, y, x) over the same region.
func sampleNearest<Element>(
  _ source: UnsafePointer<Element>, _ shape: Shape3, into target: UnsafeMutablePointer<Element>,
  _ targetShape: Shape3
) {
  let planes = nearestIndices(targetShape.depth, of: shape.depth)
  let rows = nearestIndices(targetShape.height, of: shape.height)
  let columns = nearestIndices(targetShape.width, of: shape.width)
  columns.withUnsafeBufferPointer { columns in
    var output = target
    for plane in planes {
      for row in rows {
        let input = source + (plane * shape.height + row) * shape.width
        for index in columns.indices { output[index] = input[columns[index]] }
        output += targetShape.width
      }
    }
  }
}

/// Between which two voxels of a shorter axis a voxel lies, and how far towards the second.
private struct LinearPlace {
  let first: Int
  let second: Int
  let weight: Float
}

/// The places of `count` voxels on an axis of length `source` over the same distance, kept between the outermost centres.
private func linearPlaces(_ count: Int, of source: Int) -> [LinearPlace] {
  let scale = Float(source) / Float(count)
  return (0..<count).map { index in
    let position = max(0, scale * (Float(index) + 0.5) - 0.5)
    let first = min(source - 1, Int(position))
    return LinearPlace(
      first: first, second: min(first + 1, source - 1),
      weight: min(max(position - Float(first), 0), 1))
  }
}

/// Fills `target` with trilinear interpolation of `source`, both (z, y, x) over the same region, centres between voxels.
func enlargeLinearly(
  _ source: UnsafePointer<Float>, _ shape: Shape3, into target: UnsafeMutablePointer<Float>,
  _ targetShape: Shape3
) {
  let planes = linearPlaces(targetShape.depth, of: shape.depth)
  let rows = linearPlaces(targetShape.height, of: shape.height)
  let columns = linearPlaces(targetShape.width, of: shape.width)
  let (width, plane) = (shape.width, shape.height * shape.width)
  withUnsafeTemporaryAllocation(of: Float.self, capacity: plane + width) { buffer in
    guard let slice = buffer.baseAddress else { return }
    // One interpolated slice, then one interpolated row of it, so that the costly last axis is done once per voxel.
    let line = slice + plane
    var output = target
    for z in planes {
      let (near, far) = (source + z.first * plane, source + z.second * plane)
      for index in 0..<plane { slice[index] = near[index] + z.weight * (far[index] - near[index]) }
      for y in rows {
        let (upper, lower) = (slice + y.first * width, slice + y.second * width)
        for index in 0..<width {
          line[index] = upper[index] + y.weight * (lower[index] - upper[index])
        }
        columns.withUnsafeBufferPointer { columns in
          for index in columns.indices {
            let x = columns[index]
            output[index] = line[x.first] + x.weight * (line[x.second] - line[x.first])
          }
        }
        output += targetShape.width
      }
    }
  }
}
