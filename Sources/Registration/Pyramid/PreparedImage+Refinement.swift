internal import Resampling
import Volumes

extension PreparedImage {
  /// The image with further voxels along axes that are much coarser than a level, by cubic B-splines.
  ///
  /// Between thick slices linear interpolation blurs, by an amount that depends on the place between
  /// them: the search then finds the slices a little nearer to one another than they are. Between
  /// interpolated slices of at most twice the level's spacing it hardly does.
  ///
  /// - Parameter spacing: The level's spacing in millimetres.
  /// - Returns: The image over the same box, within the same intensities; the same image where no
  ///   axis is as coarse, or where the finer image would take too much memory.
  func refined(forSpacing spacing: Double) -> PreparedImage {
    let (old, geometry) = (image.extent, image.geometry)
    let x = Self.parts(geometry.spacing.x, spacing)
    let y = Self.parts(geometry.spacing.y, spacing)
    let z = Self.parts(geometry.spacing.z, spacing)
    let isSmall = old.count <= Self.largestRefined / (x * y * z)
    guard x * y * z > 1, isSmall else { return self }
    let extent = Extent(x: old.x * x, y: old.y * y, z: old.z * z)
    let scheme = ResamplingScheme(order: .cubic, separation: .never)
    guard let finer = try? image.resampled(to: extent, scheme: scheme) else { return self }
    return PreparedImage(image: finer, mask: mask.map { Self.spread($0, over: extent, from: old) })
  }

  /// Voxels of the largest image that is made: 512 MB.
  private static let largestRefined = 1 << 27

  /// In how many parts a voxel is divided along one axis, 8 at most.
  private static func parts(_ spacing: Double, _ level: Double) -> Int {
    spacing <= 2 * level ? 1 : Int(min(8, spacing / (2 * level)).rounded(.up))
  }
}
