import Glibc
import Parallelism
import RandomNumbers
public import Volumes

/// A body with a tumour, seen by several scanners: what is on a fixed and a moving image, and where
/// every point belongs, is known exactly.
///
/// Organs are ellipsoids. What a scanner does not resolve is mixed across borders; noise comes last.
/// The images serve to show that registration works; they say nothing about patients.
public struct RegistrationPhantom: Sendable {
  /// What a scanner measures.
  public enum Contrast: Int, CaseIterable, Sendable {
    /// CT in Hounsfield units, -1000 outside the body.
    case ct
    /// FDG-PET in SUV.
    case pet
    /// Contrast-enhanced T1-weighted MR.
    case t1Contrast
    /// T2-weighted MR.
    case t2
    /// Apparent diffusion coefficient in 10^-6 mm^2/s.
    case adc
  }

  private struct Organ: Sendable {
    var shape: Ellipsoid
    /// Values by contrast.
    var values: [Float]
  }

  private let organs: [Organ]
  private let outside: [Float] = [-1000, 0, 0, 0, 0]

  /// A body with its tumours at places drawn by a seed.
  public init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func number(_ range: ClosedRange<Float>) -> Float { Float.random(in: range, using: &random) }
    func organ(
      _ centre: SIMD3<Float>, _ halfAxes: SIMD3<Float>, turned: Float = 0, _ values: [Float]
    ) -> Organ {
      let shift = SIMD3(number(-6...6), number(-6...6), number(-6...6))
      return Organ(
        shape: Ellipsoid(centre: centre + shift, halfAxes: halfAxes, turnedBy: turned),
        values: values)
    }
    organs = [
      organ([0, 0, 0], [165, 105, 220], [-90, 0.4, 900, 500, 100]),
      organ([0, 4, 0], [148, 88, 210], [50, 0.8, 350, 300, 1100]),
      organ([-72, -6, 75], [52, 66, 95], turned: 6, [-820, 0.4, 60, 80, 100]),
      organ([74, -4, 78], [48, 62, 92], turned: -6, [-820, 0.4, 60, 80, 100]),
      organ([18, -30, 55], [42, 38, 45], [45, 3.5, 500, 250, 1500]),
      organ([-58, -4, -45], [78, 62, 58], turned: 12, [62, 2.4, 550, 210, 1000]),
      organ([88, 26, -40], [30, 34, 48], turned: -20, [55, 1.9, 480, 420, 900]),
      organ([-52, 48, -120], [26, 28, 52], [35, 2.8, 800, 650, 2000]),
      organ([58, 50, -115], [26, 28, 52], [35, 2.8, 800, 650, 2000]),
      organ([0, 64, 0], [20, 18, 215], [420, 1.3, 250, 350, 400]),
      organ([-64, -12, -40], [14, 13, 15], [40, 9, 900, 600, 750]),
      organ([80, 10, 70], [11, 11, 12], [40, 12, 850, 620, 800]),
    ]
  }

  /// Number of tumours; they are the last organs.
  private static let tumours = 2

  /// The centres of the tumours in the world (LPS, mm): landmarks.
  public var tumourCentres: [Vector3] {
    organs.suffix(Self.tumours).map {
      Vector3(Double($0.shape.centre.x), Double($0.shape.centre.y), Double($0.shape.centre.z))
    }
  }

  /// An image of the body.
  ///
  /// - Parameters:
  ///   - contrast: What is measured.
  ///   - grid: The grid.
  ///   - blur: Width in mm over which borders are smeared, at least the voxels' own.
  ///   - noise: Standard deviation of the noise as a part of the contrast's range.
  ///   - map: Which point of the body a point of the world shows; the same by default.
  /// - Returns: The image, the same for the same seed.
  public func image(
    _ contrast: Contrast, on grid: Geometry, blur: Float, noise: Float = 0.01,
    through map: @Sendable (Vector3) -> Vector3 = { $0 }
  ) -> Volume<Float> {
    let extent = grid.extent
    let values = organs.map { $0.values[contrast.rawValue] }
    let range = (values.max() ?? 1) - min(outside[contrast.rawValue], values.min() ?? 0)
    let slices = parallelMap(extent.z) { z in
      var random = SplitMix64(seed: UInt64(7919 * z + contrast.rawValue))
      var slice: [Float] = []
      slice.reserveCapacity(extent.x * extent.y)
      for y in 0..<extent.y {
        for x in 0..<extent.x {
          let world = map(grid.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z))))
          let point = SIMD3(Float(world.x), Float(world.y), Float(world.z))
          // Four uniform numbers sum up to nearly a normal one, of standard deviation 1 / sqrt(3).
          let sum = (0..<4).reduce(Float(-2)) { sum, _ in
            sum + Float.random(in: 0...1, using: &random)
          }
          slice.append(value(contrast, at: point, blur) + 1.732 * noise * range * sum)
        }
      }
      return slice
    }
    return Volume(voxels: slices.flatMap { $0 }, geometry: grid)
  }

  /// The tumours, labelled 1 and 2.
  public func tumourMask(on grid: Geometry) -> LabelMap {
    let extent = grid.extent
    var mask = LabelMap(labels: [UInt16](repeating: 0, count: extent.count), geometry: grid)
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        for x in 0..<extent.x {
          let world = grid.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          let point = SIMD3(Float(world.x), Float(world.y), Float(world.z))
          for (index, tumour) in organs.suffix(Self.tumours).enumerated()
          where tumour.shape.distance(point) <= 0 {
            mask.labels[extent.index(x, y, z)] = UInt16(index + 1)
          }
        }
      }
    }
    return mask
  }

  private func value(_ contrast: Contrast, at point: SIMD3<Float>, _ blur: Float) -> Float {
    var value = outside[contrast.rawValue]
    for organ in organs {
      let distance = organ.shape.distance(point) / blur
      guard distance < 3 else { continue }
      let share = distance < -3 ? 1 : 1 / (1 + expf(2.5 * distance))
      value += (organ.values[contrast.rawValue] - value) * share
    }
    return value
  }

  /// A grid whose middle is at a point, along the world's axes.
  public static func grid(
    _ extent: Extent, spacing: Vector3, around middle: Vector3 = Vector3(0, 0, 0)
  ) -> Geometry {
    let half = Vector3(
      Double(extent.x - 1) * spacing.x, Double(extent.y - 1) * spacing.y,
      Double(extent.z - 1) * spacing.z)
    return Geometry(extent: extent, spacing: spacing, origin: middle - half * 0.5)
  }
}
