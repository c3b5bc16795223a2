import ElementaryFunctions
public import RandomNumbers
public import RegionsOfInterest
public import Resampling
public import Volumes

/// An image taken again: with other noise, on a grid that is turned and moved a little.
///
/// Noise is added first; then image and mask are sampled once on the new grid, so that they keep their
/// place in the world.
///
/// - Source: Zwanenburg et al., Sci Rep 9, 2019, doi:10.1038/s41598-018-36938-4.
public struct ImagePerturbation: Hashable, Sendable {
  /// How much noise is added.
  public enum Noise: Hashable, Sendable {
    /// None.
    case none
    /// Normal noise of this standard deviation, in the image's unit.
    case standardDeviation(Double)
    /// As much again as the image has: ``Volumes/Volume/noiseLevel``.
    case estimated
  }

  /// Degrees by which the grid is turned about its centre.
  public var rotation = 0.0
  /// The axis it is turned about.
  public var rotationAxis = GridAxis.z
  /// Shares of a voxel by which the grid is moved along its axes.
  public var translation = Vector3(0, 0, 0)
  /// The noise.
  public var noise = Noise.none
  /// How the image is interpolated; nearest does not go with a rotation.
  public var interpolation = Interpolation.cubic
  /// Value of what lies outside of the image.
  public var outside: Float = 0

  /// The image as it is.
  public init() {}

  /// The grid that the image is taken on.
  public func grid(from geometry: Geometry) -> Geometry {
    guard rotation != 0 || translation != Vector3(0, 0, 0) else { return geometry }
    var grid = geometry
    let extent = geometry.extent
    let middle = Vector3(
      0.5 * Double(extent.x - 1), 0.5 * Double(extent.y - 1), 0.5 * Double(extent.z - 1))
    let centre = geometry.worldPoint(ofVoxel: middle)
    let (cos, sin) = (cosine(rotation * .pi / 180), sine(rotation * .pi / 180))
    let axes = geometry.direction.columns
    func turned(_ a: Vector3, _ b: Vector3) -> (Vector3, Vector3) {
      (a * cos + b * sin, b * cos - a * sin)
    }
    let (x, y, z) = (axes[0], axes[1], axes[2])
    switch rotationAxis {
    case .x:
      let (b, c) = turned(y, z)
      grid.direction = Matrix3(columns: x, b, c)
    case .y:
      let (c, a) = turned(z, x)
      grid.direction = Matrix3(columns: a, y, c)
    case .z:
      let (a, b) = turned(x, y)
      grid.direction = Matrix3(columns: a, b, z)
    }
    grid.niftiOrientation = nil
    grid.origin = Vector3(0, 0, 0)
    grid.origin = centre - grid.worldPoint(ofVoxel: middle) + grid.worldPoint(ofVoxel: translation)
    return grid
  }

  /// Takes an image again.
  ///
  /// - Parameters:
  ///   - image: The image.
  ///   - map: Its mask, on the same grid.
  ///   - generator: Draws the noise.
  /// - Returns: Image and mask on the new grid.
  /// - Throws: ``SimulationError/gridMismatch(_:)`` or ``SimulationError/resampling(_:)``.
  public func applied(
    to image: Volume<Float>, _ map: LabelMap, using generator: inout SplitMix64
  ) throws(SimulationError) -> (image: Volume<Float>, map: LabelMap) {
    if let difference = image.geometry.misalignment(of: map.geometry) {
      throw .gridMismatch(difference)
    }
    let noisy = noisy(image, using: &generator)
    let grid = grid(from: image.geometry)
    var aligned = map
    aligned.geometry = image.geometry
    guard !grid.matches(image.geometry, tolerance: 0) else { return (noisy, aligned) }
    do throws(ResamplingError) {
      return (
        try noisy.resampled(onto: grid, interpolation: interpolation, outside: outside),
        try aligned.resampled(onto: grid)
      )
    } catch { throw .resampling(error) }
  }

  private func noisy(
    _ image: Volume<Float>, using generator: inout SplitMix64
  ) -> Volume<Float> {
    let deviation: Double
    switch noise {
    case .none: return image
    case .standardDeviation(let value): deviation = value
    case .estimated: deviation = image.noiseLevel
    }
    var noise = [Float](repeating: 0, count: image.voxels.count)
    noise.withUnsafeMutableBufferPointer {
      generator.fillNormal($0, standardDeviation: Float(deviation))
    }
    return Volume(
      voxels: zip(image.voxels, noise).map { $0 + $1 }, geometry: image.geometry)
  }
}
