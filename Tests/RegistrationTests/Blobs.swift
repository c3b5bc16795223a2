import Foundation
import RandomNumbers
import SpatialTransforms
import Volumes

/// A body made of soft balls of different brightness, known everywhere and not only at voxels.
struct Blobs: Sendable {
  private struct Ball: Sendable {
    var centre: Vector3
    var radius: Double
    var brightness: Double
  }

  private let balls: [Ball]

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
    balls = (0..<40).map { _ in
      var centre = Vector3(2, 0, 0)
      while centre.length > 1 { centre = Vector3(number(-1...1), number(-1...1), number(-1...1)) }
      return Ball(
        centre: centre * 50, radius: number(6...18), brightness: number(20...100))
    }
  }

  func value(at point: Vector3) -> Double {
    balls.reduce(0) { sum, ball in
      let distance = (point - ball.centre).length / ball.radius
      return distance > 4 ? sum : sum + ball.brightness * exp(-distance * distance)
    }
  }

  /// The body on a grid, moved: the voxel at `x` shows what the body has at `map(x)`, an intensity
  /// changed by `contrast`.
  func image(
    on grid: Geometry, through map: AffineMap = .identity,
    contrast: (Double) -> Double = { $0 }
  ) -> Volume<Float> {
    var image = Volume<Float>(repeating: 0, geometry: grid)
    for z in 0..<grid.extent.z {
      for y in 0..<grid.extent.y {
        for x in 0..<grid.extent.x {
          let point = grid.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          image[x, y, z] = Float(contrast(value(at: map(point))))
        }
      }
    }
    return image
  }

  /// A grid over the body.
  static func grid(tilt: Vector3 = Vector3(0, 0, 0), coarser factor: Double = 1) -> Geometry {
    let direction = Matrix3(rotationVector: tilt)
    func count(_ full: Double) -> Int { Int((full / factor).rounded()) }
    let extent = Extent(x: count(44), y: count(40), z: count(32))
    let spacing = Vector3(3, 3.2, 4) * factor
    let half =
      Vector3(
        Double(extent.x - 1) * spacing.x, Double(extent.y - 1) * spacing.y,
        Double(extent.z - 1) * spacing.z) * 0.5
    return Geometry(
      extent: extent, spacing: spacing, origin: direction * (half * -1), direction: direction)
  }
}
