import RandomNumbers
import RegionsOfInterest
import Volumes

/// A ball of 16 mm radius, with a satellite of 4 mm, on an anisotropic grid.
enum Phantom {
  static let geometry = Geometry(
    extent: Extent(x: 60, y: 56, z: 30), spacing: Vector3(1, 1, 2), origin: Vector3(-3, 5, 9))

  static func ball(
    _ centre: Vector3, radius: Double, on geometry: Geometry = geometry
  ) -> Mask {
    var mask = Mask(repeating: false, geometry: geometry)
    for z in 0..<geometry.extent.z {
      for y in 0..<geometry.extent.y {
        for x in 0..<geometry.extent.x {
          let place = Vector3(
            Double(x) * geometry.spacing.x, Double(y) * geometry.spacing.y,
            Double(z) * geometry.spacing.z)
          mask[x, y, z] = (place - centre).length <= radius
        }
      }
    }
    return mask
  }

  static let main = ball(Vector3(24, 28, 29), radius: 16)
  static let satellite = ball(Vector3(52, 28, 29), radius: 4)

  static var truth: LabelMap {
    var map = main.labelMap()
    for index in map.labels.indices where satellite.voxels[index] { map.labels[index] = 1 }
    return map
  }

  /// Two halves of the ball with labels 3 and 5.
  static var halves: LabelMap {
    var map = main.labelMap(3)
    for z in 0..<map.extent.z {
      for y in 0..<map.extent.y {
        for x in 24..<map.extent.x where map[x, y, z] == 3 { map[x, y, z] = 5 }
      }
    }
    return map
  }

  /// The ball bright on dark, with noise.
  static func image(noise deviation: Float, seed: UInt64 = 3) -> Volume<Float> {
    var generator = SplitMix64(seed: seed)
    var noise = [Float](repeating: 0, count: geometry.extent.count)
    noise.withUnsafeMutableBufferPointer {
      generator.fillNormal($0, standardDeviation: deviation)
    }
    return Volume(
      voxels: zip(main.voxels, noise).map { ($0 ? 100 : 20) + $1 }, geometry: geometry)
  }
}
