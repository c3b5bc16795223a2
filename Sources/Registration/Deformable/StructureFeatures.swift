import Parallelism
package import Volumes

/// Twelve numbers per voxel that tell its surroundings' structure, whatever the contrast.
///
/// The self-similarity context: how alike the patches two voxels away along the axes are, for the
/// twelve pairs of directions that are not opposite. A patch is 3 x 3 x 3 voxels; what is beyond the
/// image repeats its outermost voxels.
///
/// - Source: Heinrich et al., MICCAI 2013, doi:10.1007/978-3-642-40811-3_24.
package struct StructureFeatures: Sendable {
  /// Numbers per voxel.
  package static let count = 12

  package let extent: Extent
  /// One image after the other, x fastest; from 0 to 1.
  package let channels: [Float]

  /// The features of an image.
  package init(_ image: Volume<Float>) {
    let extent = image.extent
    self.extent = extent
    let voxelCount = extent.count
    channels = Array(unsafeUninitializedCapacity: Self.count * voxelCount) { buffer, count in
      image.voxels.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
        nonisolated(unsafe) let (values, start) = (from, to)  // planes are disjoint
        let distances = PatchDistances(values: values, extent: extent)
        let sums = parallelMap(extent.z) { z in
          distances.fill(plane: z, of: start)
          return distances.sumOfMeans(plane: z, in: start)
        }
        let mean = Float(sums.reduce(0, +) / Double(voxelCount))
        // Where the whole image is flat every distance is 0 and every feature 1.
        let limits = max(1e-3 * mean, .leastNormalMagnitude)...max(1e3 * mean, 1e-30)
        parallelFor(extent.z) { z in distances.findSimilarities(plane: z, of: start, limits) }
      }
      count = Self.count * voxelCount
    }
  }

  private init(extent: Extent, channels: [Float]) {
    self.extent = extent
    self.channels = channels
  }

  /// Means over cubes of voxels; cubes at the far ends have fewer.
  ///
  /// - Parameter side: Voxels along a cube's side.
  /// - Returns: The features of the cubes.
  package func pooled(by side: Int) -> StructureFeatures {
    let size = extent.pooled(by: side)
    let (count, total) = (size.count, extent.count)
    let pooled = [Float](unsafeUninitializedCapacity: Self.count * count) { buffer, filled in
      channels.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let (target, source) = (buffer, source)  // rows are disjoint
        parallelFor(Self.count * size.z) { task in
          let (channel, z) = (task / size.z, task % size.z)
          for y in 0..<size.y {
            let begin = channel * count + size.index(0, y, z)
            let row = target.extracting(begin..<begin + size.x)
            row.initialize(repeating: 0)
            let ys = y * side..<min(extent.y, (y + 1) * side)
            let zs = z * side..<min(extent.z, (z + 1) * side)
            for k in zs {
              for j in ys {
                let base = channel * total + extent.index(0, j, k)
                for x in 0..<extent.x { row[x / side] += source[base + x] }
              }
            }
            for x in 0..<size.x {
              row[x] /= Float(ys.count * zs.count * (min(extent.x, (x + 1) * side) - x * side))
            }
          }
        }
      }
      filled = Self.count * count
    }
    return StructureFeatures(extent: size, channels: pooled)
  }
}

extension Extent {
  /// Cubes of so many voxels' side along every axis, the last ones being cut.
  func pooled(by side: Int) -> Extent {
    Extent(x: (x + side - 1) / side, y: (y + side - 1) / side, z: (z + side - 1) / side)
  }
}
