public import RandomNumbers
public import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Turns and scales a patch about its centre while it is taken from a case.
///
/// With A = R2 R1 R0 s, where Ri turns about axis i, patch voxel p shows the case at A p; both are measured from the centre, (n - 1) / 2,
/// of the patch and of the region cut from the case. A scale above 1 therefore makes objects smaller. Without turn or scale the patch
/// is cut, not resampled, from floor(n_region / 2) - floor(n_patch / 2) on.
///
/// Intensities are interpolated linearly with 0 outside the region and the case. A voxel's label is the one whose neighbours have the
/// greatest sum of linear weights, label -1 lying outside; weights are compared as multiples of 1/1000 in half precision, and of equal ones
/// the nearest neighbour's label wins, or the smallest if that is not among them.
///
/// - Source: nnU-Net 2.8.1 with batchgeneratorsv2, doi:10.5281/zenodo.3632567.
public struct SpatialTransform: Hashable, Sendable, Codable {
  /// Where patches turn.
  public enum Space: String, Hashable, Sendable, Codable {
    /// About all three axes.
    case volume
    /// About axis 0 only; slices are neither mixed nor moved along axis 0, nor scaled along it.
    case slices
  }

  /// Angles in radians about axes 0, 1 and 2.
  ///
  /// Within slices the last one alone counts, as the angle from axis 1 towards axis 2.
  public var angles: [Float]
  /// Voxels of the case per voxel of the patch, positive.
  public var scale: Float
  /// Where the patch turns.
  public var space: Space

  /// A turn and scaling; with neither the patch is cut.
  public init(angles: [Float] = [0, 0, 0], scale: Float = 1, space: Space = .volume) {
    precondition(angles.count == 3, "\(angles.count) angles for three axes")
    precondition(scale > 0, "a patch cannot be scaled by \(scale)")
    self.angles = angles
    self.scale = scale
    self.space = space
  }

  /// Whether the patch is cut without resampling.
  public var isIdentity: Bool { scale == 1 && angles.allSatisfy { $0 == 0 } }

  /// Takes a patch from a case.
  ///
  /// - Parameters:
  ///   - view: The case.
  ///   - start: First voxel of the region cut from the case; it may lie outside the case.
  ///   - shape: Shape of that region, at least the patch's along each axis; within slices equal to it along axis 0.
  ///   - patch: Receives image and labels; labels are -1 where there is no data. One of no channels receives labels only.
  /// - Complexity: O(patch voxels), whatever the region's size.
  public func sample(
    _ view: CaseView, at start: VoxelIndex, shape: Shape3, into patch: PatchMemory
  ) {
    precondition(
      patch.channelCount == view.channelCount || patch.channelCount == 0,
      "a patch of \(patch.channelCount) channels from a case of \(view.channelCount)")
    precondition(
      (0..<3).allSatisfy { shape[$0] >= patch.shape[$0] },
      "a patch of shape \(patch.shape) from a region of shape \(shape)")
    let region = CutRegion(view: view, start: start, shape: shape)
    if isIdentity { return crop(region, into: patch) }
    let path = AffinePath(matrix, from: patch.shape, into: shape)
    switch space {
    case .volume:
      sampleTrilinear(region, path: path, into: patch)
    case .slices:
      precondition(
        shape.depth == patch.shape.depth,
        "\(patch.shape.depth) slices from a region of \(shape.depth) slices")
      sampleBilinear(region, path: path, into: patch)
    }
  }

  /// A: rows and columns are the axes 0, 1 and 2.
  private var matrix: Matrix3 {
    let (c, s) = (angles.map { cos(Double($0)) }, angles.map { sin(Double($0)) })
    let about2 = Matrix3(
      columns: Vector3(c[2], s[2], 0), Vector3(-s[2], c[2], 0), Vector3(0, 0, 1))
    let about1 = Matrix3(
      columns: Vector3(c[1], 0, -s[1]), Vector3(0, 1, 0), Vector3(s[1], 0, c[1]))
    let about0 = Matrix3(
      columns: Vector3(1, 0, 0), Vector3(0, c[0], s[0]), Vector3(0, -s[0], c[0]))
    let factor = Double(scale)
    switch space {
    case .volume:
      let turn = about2 * about1 * about0
      return Matrix3(
        columns: turn.columns[0] * factor, turn.columns[1] * factor, turn.columns[2] * factor)
    case .slices:
      return Matrix3(
        columns: Vector3(1, 0, 0), Vector3(0, c[2], s[2]) * factor, Vector3(0, -s[2], c[2]) * factor
      )
    }
  }
}

/// Draws turns and scalings of patches.
public struct RandomSpatialTransform: Hashable, Sendable, Codable {
  /// Probability that a patch is turned.
  public var rotationProbability: Float = 0.2
  /// Angles in radians, one drawn per axis; nil for the range of the patch geometry.
  public var rotationRange: ClosedRange<Float>?
  /// Probability that a patch is scaled, whether or not it is turned.
  public var scalingProbability: Float = 0.2
  /// Scales, one drawn for all axes; above 1 shrinks objects.
  public var scaleRange: ClosedRange<Float> = 0.7...1.4

  /// The reference's probabilities and ranges.
  public init() {}

  /// Draws a transform for patches of the given geometry.
  public func draw(
    for geometry: PatchGeometry, from generator: inout SplitMix64
  ) -> SpatialTransform {
    var transform = SpatialTransform(space: geometry.space)
    if generator.chance(rotationProbability) {
      let range = rotationRange ?? geometry.rotationRange
      transform.angles = (0..<3).map { _ in generator.uniform(range) }
    }
    if generator.chance(scalingProbability) { transform.scale = generator.uniform(scaleRange) }
    return transform
  }
}
