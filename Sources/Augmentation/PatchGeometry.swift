public import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How large the patches of a plan are, how far they turn and along which axes they are mirrored.
///
/// A patch of two lengths belongs to a 2-D plan and becomes the three-dimensional patch (1, y, x). A patch of three lengths whose longest
/// side exceeds three times its first is so anisotropic that it is turned and scaled within its slices only ("dummy 2-D").
///
/// The region that is cut from a case is larger than the final patch, so that a turned or scaled patch finds data in its corners. Its size
/// is the reference's: not symmetric in the axes, and divided by 0.85 although objects are shrunk by up to 1.4.
///
/// - Source: Isensee et al., nnU-Net, Nat. Methods 18, 2021, doi:10.1038/s41592-020-01008-z; version 2.8.1.
public struct PatchGeometry: Hashable, Sendable {
  /// Dimensions of the plan: 2 or 3.
  public let dimensions: Int
  /// Shape of the patch that the network sees; (1, y, x) in a 2-D plan.
  public let finalShape: Shape3
  /// Shape of the region cut from a case, at least `finalShape` along every axis.
  public let enlargedShape: Shape3
  /// Angles in radians from which every rotation is drawn.
  public let rotationRange: ClosedRange<Float>
  /// Whether patches turn and scale in space or only within their slices.
  public let space: SpatialTransform.Space
  /// Whether a three-dimensional patch is so anisotropic that it is turned within its slices only.
  public let isDummy2D: Bool
  /// Axes along which patches may be mirrored, in training and in inference.
  public let mirrorAxes: AxisSet

  /// The geometry for a plan's patch size.
  ///
  /// - Parameter patchSize: Two or three lengths in voxels, slowest axis first.
  /// - Throws: ``AugmentationError/invalidPatchSize(_:)`` for anything else.
  public init(patchSize: [Int]) throws(AugmentationError) {
    guard (2...3).contains(patchSize.count), let longest = patchSize.max(),
      let shortest = patchSize.min(), shortest >= 1
    else { throw .invalidPatchSize(patchSize) }
    dimensions = patchSize.count
    let degrees: Double
    if patchSize.count == 2 {
      finalShape = Shape3(1, patchSize[0], patchSize[1])
      isDummy2D = false
      space = .slices
      mirrorAxes = [.height, .width]
      degrees = Double(longest) / Double(shortest) > 1.5 ? 15 : 180
    } else {
      finalShape = Shape3(patchSize)
      isDummy2D = Double(longest) / Double(patchSize[0]) > 3
      space = isDummy2D ? .slices : .volume
      mirrorAxes = [.depth, .height, .width]
      degrees = isDummy2D ? 180 : 30
    }
    let angle = degrees / 360 * 2 * Double.pi
    rotationRange = Float(-angle)...Float(angle)
    let lengths = Self.enlarged(patchSize.map(Double.init), angle: min(angle, Double.pi / 2))
    var enlarged = lengths.count == 2 ? Shape3(1, lengths[0], lengths[1]) : Shape3(lengths)
    if isDummy2D { enlarged.depth = finalShape.depth }
    enlargedShape = enlarged
  }

  /// The largest side lengths that single turns by `angle` give, divided by the smallest scale.
  private static func enlarged(_ patch: [Double], angle: Double) -> [Int] {
    let (c, s) = (cos(angle), sin(angle))
    let turned: [[Double]]
    if patch.count == 2 {
      let (x, y) = (patch[0], patch[1])
      turned = [[x * c + y * s, x * -s + y * c]]
    } else {
      let (x, y, z) = (patch[0], patch[1], patch[2])
      turned = [
        [x, y * c + z * s, y * -s + z * c],
        [x * c + z * -s, y, x * s + z * c],
        [x * c + y * s, x * -s + y * c, z],
      ]
    }
    return patch.indices.map { axis in
      let longest = turned.reduce(patch[axis]) { max($0, abs($1[axis])) }
      return Int(longest / 0.85)
    }
  }
}
