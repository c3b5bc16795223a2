import Parallelism
import SpatialTransforms
import Volumes

/// The grid on which a field is searched: the fixed image's box in cubes.
struct WorkingGrid: Sendable {
  let geometry: Geometry
  /// Side of a voxel in millimetres.
  var spacing: Double { geometry.spacing.x }
  var extent: Extent { geometry.extent }

  /// - Parameters:
  ///   - grid: The fixed image's grid.
  ///   - longestAxis: Voxels along the longest axis at most.
  init(over grid: Geometry, longestAxis: Int) {
    let (extent, spacing) = (grid.extent, grid.spacing)
    let lengths = [
      Double(extent.x) * spacing.x, Double(extent.y) * spacing.y, Double(extent.z) * spacing.z,
    ]
    let side = max(
      min(spacing.x, spacing.y, spacing.z), (lengths.max() ?? 1) / Double(longestAxis))
    // Features, control grids and half resolution need some voxels along every axis.
    func count(_ axis: Int) -> Int { max(8, Int((lengths[axis] / side).rounded())) }
    let counts = Extent(x: count(0), y: count(1), z: count(2))
    // The middle stays where it is.
    let middle = grid.centre
    var geometry = Geometry(
      extent: counts, spacing: Vector3(side, side, side), direction: grid.direction)
    geometry.origin = middle - geometry.centre
    self.geometry = geometry
  }

  /// From points in the world to the grid's voxels.
  var fromWorld: AffineMap {
    let inverse = geometry.axes.inverse ?? .identity
    return AffineMap(matrix: inverse, offset: inverse * (geometry.origin * -1))
  }

  /// From the grid's voxels to points in the world.
  var toWorld: AffineMap { AffineMap(matrix: geometry.axes, offset: geometry.origin) }
}

/// An image on the working grid, and what its voxels count.
struct WorkingImage: Sendable {
  /// From 0 to 1.
  var volume: Volume<Float>
  /// From 0 to 1.
  var weights: [Float]

  /// An image read at the working grid's voxels; beyond its faces its outermost voxels are repeated.
  ///
  /// - Parameters:
  ///   - image: The image.
  ///   - grid: The working grid.
  ///   - map: From the world's points there to the image's.
  init(_ image: PreparedImage, on grid: WorkingGrid, through map: AffineMap) {
    var image = image
    image.fillAll()
    // Averages, where the working grid is the coarser one.
    let reduced = image.reduced(
      to: image.image.geometry.extent(atSpacing: grid.spacing * 0.999))
    let source = reduced.image
    let inverse = source.geometry.axes.inverse ?? .identity
    let toVoxels = AffineMap(matrix: inverse, offset: inverse * (source.geometry.origin * -1))
    let path = toVoxels.after(map).after(grid.toWorld)
    let (low, high) = image.range
    let scale = 1 / max(high - low, .leastNormalMagnitude)
    let extent = grid.extent
    var volume = Volume<Float>(repeating: 0, geometry: grid.geometry)
    var weights = [Float](repeating: 1, count: extent.count)
    volume.voxels.withUnsafeMutableBufferPointer { target in
      weights.withUnsafeMutableBufferPointer { weights in
        source.voxels.withUnsafeBufferPointer { buffer in
          guard let start = buffer.baseAddress else { return }
          nonisolated(unsafe) let (target, weights) = (target, weights)  // rows are disjoint
          let view = ImageView(values: start, extent: source.extent)
          nonisolated(unsafe) let image = view
          parallelForRanges(extent.y * extent.z, grain: rowGrain(extent)) { rows in
            for row in rows {
              for x in 0..<extent.x {
                let place = path(
                  Vector3(Double(x), Double(row % extent.y), Double(row / extent.y)))
                let packed = SIMD4<Float>(Float(place.x), Float(place.y), Float(place.z), 0)
                let voxel = row * extent.x + x
                target[voxel] = min(max((image.sample(packed).value - low) * scale, 0), 1)
                if let mask = reduced.mask {
                  weights[voxel] = Float(mask[source.extent.nearest(place)])
                }
              }
            }
          }
        }
      }
    }
    self.volume = volume
    self.weights = weights
  }

  private init(volume: Volume<Float>, weights: [Float]) {
    (self.volume, self.weights) = (volume, weights)
  }

  /// Means over cubes of two voxels' side.
  var halved: WorkingImage {
    let extent = volume.extent.halved
    var geometry = volume.geometry
    geometry.extent = extent
    geometry.spacing = geometry.spacing * 2
    geometry.origin = volume.geometry.worldPoint(ofVoxel: Vector3(0.5, 0.5, 0.5))
    return WorkingImage(
      volume: Volume(voxels: volume.voxels.halved(volume.extent), geometry: geometry),
      weights: weights.halved(volume.extent))
  }
}

extension [Float] {
  /// Means over cubes of two voxels' side; the last ones repeat the outermost voxels.
  func halved(_ extent: Extent) -> [Float] {
    let half = extent.halved
    return withUnsafeBufferPointer { source in
      [Float](unsafeUninitializedCapacity: half.count) { target, count in
        for z in 0..<half.z {
          for y in 0..<half.y {
            let (y1, z1) = (Swift.min(2 * y + 1, extent.y - 1), Swift.min(2 * z + 1, extent.z - 1))
            let (a, b) = (extent.index(0, 2 * y, 2 * z), extent.index(0, y1, 2 * z))
            let (c, d) = (extent.index(0, 2 * y, z1), extent.index(0, y1, z1))
            for x in 0..<half.x {
              let (x0, x1) = (2 * x, Swift.min(2 * x + 1, extent.x - 1))
              let near = source[a + x0] + source[a + x1] + source[b + x0] + source[b + x1]
              let far = source[c + x0] + source[c + x1] + source[d + x0] + source[d + x1]
              target[half.index(x, y, z)] = (near + far) / 8
            }
          }
        }
        count = half.count
      }
    }
  }
}

extension Extent {
  /// The voxel whose centre is nearest, of those there are.
  func nearest(_ place: Vector3) -> Int {
    func clamped(_ value: Double, _ count: Int) -> Int {
      Int(min(max(value.rounded(), 0), Double(count - 1)))
    }
    return index(clamped(place.x, x), clamped(place.y, y), clamped(place.z, z))
  }
}
