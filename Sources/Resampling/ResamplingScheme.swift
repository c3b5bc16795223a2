public import Volumes

/// The rules by which an array is brought to another voxel size: nnU-Net's
/// `resampling_fn_*_kwargs`.
///
/// Sample `i` of the result lies at `(i + 1/2) * oldLength / newLength - 1/2` of the source along
/// every axis, so that the outer faces of the first and last voxels coincide. With a separate axis
/// each plane is resampled on its own and planes are then chosen, or interpolated, along that axis.
///
/// - Source: nnunetv2 2.8.1 `default_resampling.py` over scikit-image 0.26 `resize` and scipy 1.15
///   `ndimage.zoom`.
public struct ResamplingScheme: Hashable, Sendable {
  /// Interpolation along the axes that are resampled together.
  public var order: Interpolation
  /// Interpolation along the axis that is resampled apart, where one is.
  public var orderAlongSeparateAxis: Interpolation
  /// When an axis is resampled apart.
  public var separation: AxisSeparation
  /// How labels are chosen; images do not use it.
  public var labelRule: LabelRule

  /// A scheme; the defaults are nnU-Net's for images.
  public init(
    order: Interpolation = .cubic, orderAlongSeparateAxis: Interpolation = .nearest,
    separation: AxisSeparation = .automatic, labelRule: LabelRule = .largestShare
  ) {
    self.order = order
    self.orderAlongSeparateAxis = orderAlongSeparateAxis
    self.separation = separation
    self.labelRule = labelRule
  }

  /// The scheme that a plans file states with `order`, `order_z` and `force_separate_z`.
  ///
  /// - Throws: ``ResamplingError/unsupportedOrder(_:)`` for an order other than 0, 1 and 3.
  public init(
    plansOrder order: Int, orderZ: Int, forceSeparateZ: Bool?
  ) throws(ResamplingError) {
    guard let inPlane = Interpolation(rawValue: order) else { throw .unsupportedOrder(order) }
    guard let along = Interpolation(rawValue: orderZ) else { throw .unsupportedOrder(orderZ) }
    self.init(
      order: inPlane, orderAlongSeparateAxis: along,
      separation: forceSeparateZ.map { $0 ? .always : .never } ?? .automatic)
  }

  /// nnU-Net's default for images: cubic, the separate axis by nearest plane.
  public static let image = ResamplingScheme()
  /// nnU-Net's default for labels: linear shares, the separate axis by nearest plane.
  public static let labels = ResamplingScheme(order: .linear)
  /// nnU-Net's default for logits on their way to the source grid: linear.
  public static let logits = ResamplingScheme(order: .linear)

  /// The axis (0, 1 or 2) that is resampled apart, or nil if all three go together.
  ///
  /// It is the axis with the largest spacing of the current grid if that grid is anisotropic, else
  /// of the new one; two axes that share the largest spacing keep all three together.
  public func separateAxis(for spacing: SpacingChange) -> Int? {
    let decisive: [Double]
    switch separation {
    case .never: return nil
    case .always: decisive = spacing.current
    case .automatic:
      if Self.isAnisotropic(spacing.current) {
        decisive = spacing.current
      } else if Self.isAnisotropic(spacing.new) {
        decisive = spacing.new
      } else {
        return nil
      }
    }
    let largest = max(decisive[0], decisive[1], decisive[2])
    let axes = (0..<3).filter { largest / decisive[$0] == 1 }
    return axes.count == 1 ? axes[0] : nil
  }

  private static func isAnisotropic(_ spacing: [Double]) -> Bool {
    max(spacing[0], spacing[1], spacing[2]) / min(spacing[0], spacing[1], spacing[2]) > 3
  }
}

/// The shape of an array after a change of spacing: lengths times the ratio of spacings, halves
/// rounded to the even number.
///
/// - Parameters:
///   - shape: Shape of the given array.
///   - old: Its spacing, slowest axis first.
///   - new: The wanted spacing, slowest axis first.
/// - Returns: The shape, as nnU-Net computes it; an axis can round to 0.
public func resampledShape(_ shape: Shape3, from old: [Double], to new: [Double]) -> Shape3 {
  precondition(old.count == 3 && new.count == 3, "three spacings each, not \(old) and \(new)")
  return Shape3(
    (0..<3).map { Int((old[$0] / new[$0] * Double(shape[$0])).rounded(.toNearestOrEven)) })
}
