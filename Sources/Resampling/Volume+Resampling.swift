public import Volumes

extension Volume where Voxel == Float {
  /// The volume with voxels of the given size, on the same axes.
  ///
  /// The first voxel's outer faces stay where they are, so that the origin, a centre, moves by half
  /// the change of spacing; the last voxel's move by at most half a voxel. Lengths are rounded as
  /// ``resampledShape(_:from:to:)`` does, and are at least 1.
  ///
  /// - Parameters:
  ///   - spacing: Voxel size in millimetres along x, y, z.
  ///   - scheme: How to interpolate.
  /// - Returns: The same object on a grid with exactly that spacing.
  /// - Throws: ``ResamplingError/invalidSpacing(_:)`` unless all three are positive and finite,
  ///   ``ResamplingError/tooLarge(neededBytes:availableBytes:)``.
  /// - Complexity: As ``ResamplingScheme/resample(_:to:spacing:)``.
  public func resampled(
    toSpacing spacing: Vector3, scheme: ResamplingScheme = .image
  ) throws(ResamplingError) -> Volume {
    let grid = try GridChange(geometry, toSpacing: spacing)
    return resampled(grid, scheme)
  }

  /// The volume with the given numbers of voxels over the same box in the world.
  ///
  /// - Parameters:
  ///   - extent: Numbers of voxels along x, y, z, each at least 1.
  ///   - scheme: How to interpolate.
  /// - Returns: The same object on a grid of exactly that size.
  /// - Throws: ``ResamplingError/invalidSize(_:)`` unless every number is at least 1,
  ///   ``ResamplingError/tooLarge(neededBytes:availableBytes:)``.
  /// - Complexity: As ``ResamplingScheme/resample(_:to:spacing:)``.
  public func resampled(
    to extent: Extent, scheme: ResamplingScheme = .image
  ) throws(ResamplingError) -> Volume {
    let grid = try GridChange(geometry, to: extent)
    return resampled(grid, scheme)
  }

  private func resampled(_ grid: GridChange, _ scheme: ResamplingScheme) -> Volume {
    let separate = scheme.separateAxis(for: grid.spacing)
    let (old, new) = (extent.shape, grid.geometry.extent.shape)
    var scheme = scheme
    if separate == 1 || separate == 2 {
      // Volumes have no axis order of a plan to keep to: planes are chosen, not interpolated, along
      // y and x.
      scheme.orderAlongSeparateAxis = .nearest
    }
    let axes = (0..<3).map { axis in
      AxisOperator(
        old[axis], to: new[axis], step: grid.steps[axis],
        axis == separate ? scheme.orderAlongSeparateAxis : scheme.order)
    }
    let result = scheme.resample(
      VoxelArray(shape: old, elements: voxels), to: new, axes: axes, separate)
    return Volume(voxels: result.elements, geometry: grid.geometry)
  }
}

extension LabelMap {
  /// The label map with voxels of the given size, on the same axes; see
  /// the same function of `Volume`.
  ///
  /// Cubic shares are not offered here: a cubic scheme is taken as linear.
  ///
  /// - Parameters:
  ///   - spacing: Voxel size in millimetres along x, y, z.
  ///   - scheme: Separation, rule for ties, and whether by nearest voxel or by linear shares.
  /// - Returns: The same object on a grid with exactly that spacing.
  /// - Throws: ``ResamplingError/invalidSpacing(_:)`` unless all three are positive and finite,
  ///   ``ResamplingError/tooLarge(neededBytes:availableBytes:)``.
  public func resampled(
    toSpacing spacing: Vector3, scheme: ResamplingScheme = .labels
  ) throws(ResamplingError) -> LabelMap {
    resampled(try GridChange(geometry, toSpacing: spacing), scheme)
  }

  /// The label map with the given numbers of voxels over the same box in the world.
  ///
  /// - Parameters:
  ///   - extent: Numbers of voxels along x, y, z, each at least 1.
  ///   - scheme: As for ``resampled(toSpacing:scheme:)``.
  /// - Returns: The same object on a grid of exactly that size.
  /// - Throws: ``ResamplingError/invalidSize(_:)`` unless every number is at least 1,
  ///   ``ResamplingError/tooLarge(neededBytes:availableBytes:)``.
  public func resampled(
    to extent: Extent, scheme: ResamplingScheme = .labels
  ) throws(ResamplingError) -> LabelMap {
    resampled(try GridChange(geometry, to: extent), scheme)
  }

  private func resampled(_ grid: GridChange, _ scheme: ResamplingScheme) -> LabelMap {
    let separate = scheme.separateAxis(for: grid.spacing)
    let (old, new) = (extent.shape, grid.geometry.extent.shape)
    let axes = (0..<3).map { axis in
      LabelAxis(
        old[axis], to: new[axis], step: grid.steps[axis],
        axis == separate || scheme.order == .nearest ? .nearest : .linear)
    }
    let result = scheme.resample(VoxelArray(shape: old, elements: labels), to: new, axes: axes)
    return LabelMap(labels: result.elements, geometry: grid.geometry)
  }
}

/// A new grid on the axes of an old one, the outer faces of the first voxel unmoved.
private struct GridChange {
  let geometry: Geometry
  /// Samples of the old grid between two of the new one, slowest axis first.
  let steps: [Double]
  /// Spacings before and after, slowest axis first.
  let spacing: SpacingChange

  init(_ old: Geometry, toSpacing new: Vector3) throws(ResamplingError) {
    let (before, after) = (try Self.checked(old.spacing), try Self.checked(new))
    let voxels = old.extent.shape.lengths
    try checkMemory(forGridOf: (0..<3).map { Double(voxels[$0]) * before[$0] / after[$0] })
    let shape = resampledShape(old.extent.shape, from: before, to: after)
    self.init(
      old, Shape3(shape.lengths.map { max(1, $0) }), SpacingChange(current: before, new: after))
  }

  init(_ old: Geometry, to extent: Extent) throws(ResamplingError) {
    let before = try Self.checked(old.spacing)
    guard extent.x >= 1, extent.y >= 1, extent.z >= 1 else {
      throw .invalidSize([extent.x, extent.y, extent.z])
    }
    try checkMemory(forGridOf: extent.shape.lengths.map(Double.init))
    let (from, to) = (old.extent.shape, extent.shape)
    let after = (0..<3).map { before[$0] * (Double(from[$0]) / Double(to[$0])) }
    self.init(
      old, to, SpacingChange(current: before, new: after),
      steps: (0..<3).map { Double(from[$0]) / Double(to[$0]) })
  }

  private init(_ old: Geometry, _ shape: Shape3, _ spacing: SpacingChange, steps: [Double]? = nil) {
    let new = spacing.new
    self.spacing = spacing
    self.steps = steps ?? (0..<3).map { spacing.new[$0] / spacing.current[$0] }
    let shift = Vector3(
      (self.steps[2] - 1) / 2, (self.steps[1] - 1) / 2, (self.steps[0] - 1) / 2)
    geometry = Geometry(
      extent: shape.extent, spacing: Vector3(new[2], new[1], new[0]),
      origin: old.worldPoint(ofVoxel: shift), direction: old.direction)
  }

  /// A spacing as an array, slowest axis first.
  private static func checked(_ spacing: Vector3) throws(ResamplingError) -> [Double] {
    let values = [spacing.z, spacing.y, spacing.x]
    guard values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .invalidSpacing([spacing.x, spacing.y, spacing.z])
    }
    return values
  }
}
