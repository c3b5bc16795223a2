public import Volumes

/// Maps of world points one after another, in the order in which a point passes through them.
///
/// From the fixed image to the moving image, as everywhere in registration: to bring the moving image
/// onto the fixed grid, every fixed voxel's centre passes through the chain and the moving image is
/// read where it arrives. However long the chain, the image is interpolated once.
public struct TransformChain: Sendable {
  /// The maps; a point passes through the first one first.
  public private(set) var steps: [SpatialTransform] = []

  /// The chain of no maps, which moves nothing.
  public init() {}

  /// A chain of maps; neighbouring linear maps become one.
  ///
  /// - Parameter steps: The maps; a point passes through the first one first.
  public init(_ steps: [SpatialTransform]) {
    for step in steps { append(step) }
  }

  /// A chain of one linear map.
  public init(_ map: AffineMap) { steps = [.affine(map)] }

  /// Appends a map that points pass through after those there are.
  public mutating func append(_ step: SpatialTransform) {
    if case .affine(let next) = step, case .affine(let last)? = steps.last {
      steps[steps.count - 1] = .affine(next.after(last))
    } else {
      steps.append(step)
    }
  }

  /// This chain followed by another.
  public func followed(by next: TransformChain) -> TransformChain {
    TransformChain(steps + next.steps)
  }

  /// The way back, or nil if a linear map in it has none.
  public var inverse: TransformChain? {
    let inverses = steps.reversed().map(\.inverse)
    let known = inverses.compactMap { $0 }
    return known.count == steps.count ? TransformChain(known) : nil
  }

  /// The chain as one linear map, or nil if it is not linear.
  public var affine: AffineMap? {
    if steps.isEmpty { return .identity }
    if steps.count == 1, case .affine(let map) = steps[0] { return map }
    return nil
  }

  /// Moves points, in place; made to be handed to a resampling as its map of points.
  public func map(_ points: UnsafeMutableBufferPointer<Vector3>) {
    for step in steps { step.map(points) }
  }

  /// Where a point goes.
  public func callAsFunction(_ point: Vector3) -> Vector3 {
    var point = point
    withUnsafeMutablePointer(to: &point) {
      map(UnsafeMutableBufferPointer(start: $0, count: 1))
    }
    return point
  }
}
