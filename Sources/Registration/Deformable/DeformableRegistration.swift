import Parallelism
public import SpatialTransforms
public import Volumes

/// Finds the smooth, invertible map that brings a moving image into line with a fixed image.
///
/// After a linear registration, an exhaustive search over displacements of a coarse grid finds where
/// structures have gone; then a velocity is searched whose flow makes the images alike near every voxel.
/// The flow of a smooth velocity has no folds and is inverted by the flow of the opposite velocity.
///
/// - Source: Siebert, Hansen, Heinrich, MICCAI Learn2Reg 2021, doi:10.1007/978-3-030-97281-3_26, for the
///   start; Ashburner, NeuroImage 38(1), 2007, doi:10.1016/j.neuroimage.2007.07.007, for stationary
///   velocities.
public struct DeformableRegistration: Sendable {
  /// How to search.
  public var settings: DeformableSettings

  /// A registration with the given settings.
  public init(_ settings: DeformableSettings = DeformableSettings()) { self.settings = settings }

  /// Registers two images.
  ///
  /// - Parameters:
  ///   - moving: The image to bring over.
  ///   - fixed: The image that stays.
  ///   - masks: What of them counts.
  ///   - initial: A first guess of the linear part.
  ///   - progress: Told from time to time: how much is done, of how much.
  /// - Returns: The map; the same whatever the number of threads.
  /// - Throws: ``RegistrationError``.
  public func register(
    _ moving: Volume<Float>, to fixed: Volume<Float>,
    masks: LinearRegistration.Masks = LinearRegistration.Masks(), initial: AffineMap = .identity,
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws(RegistrationError) -> DeformableResult {
    let linear = try settings.linear.map { settings throws(RegistrationError) in
      try LinearRegistration(settings).register(moving, to: fixed, masks: masks, initial: initial)
    }
    let map = linear?.map ?? initial
    guard map.inverse != nil else { throw .setting("the initial transform has no inverse") }
    let fixedImage = try PreparedImage(
      fixed, mask: masks.fixed, range: settings.linear?.fixedRange, role: .fixed)
    let movingImage = try PreparedImage(
      moving, mask: masks.moving, range: settings.linear?.movingRange, role: .moving)
    let share = TransformChain(map).overlap(of: fixed.geometry, with: moving.geometry)
    guard share > 0 else { throw .noOverlap(share: 0) }
    let grid = WorkingGrid(over: fixed.geometry, longestAxis: settings.longestAxis)
    let start = ConvexStart(grid, range: settings.range)
    try checkMemory(grid, start, fixed.geometry.extent, moving.geometry.extent)
    let pair = WorkingPair(
      fixed: WorkingImage(fixedImage, on: grid, through: .identity),
      moving: WorkingImage(movingImage, on: grid, through: map))
    // Loops over small grids are over before threads have met, the more so where others keep the
    // processors busy.
    let found =
      grid.extent.count < 600_000
      ? ThreadBudget.serially { pair.search(start, settings, progress) }
      : pair.search(start, settings, progress)
    let repaired = FoldRepair(grid: grid, linear: map, fixed: fixed.geometry)
      .repaired(found.velocity)
    let inverse = repaired.flow.inverse(on: moving.geometry)
    return DeformableResult(
      linear: linear, linearMap: map, field: repaired.field, inverse: inverse,
      levels: found.levels, measures: DeformationMeasures(of: repaired.field),
      inverseConsistency: InverseConsistency(of: repaired.field, inverse: inverse),
      repairs: repaired.rounds,
      overlap: TransformChain([.warp(.displacement(repaired.field))]).overlap(
        of: fixed.geometry, with: moving.geometry))
  }

  /// Refuses what does not fit into free memory, before it is allocated.
  private func checkMemory(
    _ grid: WorkingGrid, _ start: ConvexStart, _ fixed: Extent, _ moving: Extent
  ) throws(RegistrationError) {
    // The optimisation holds some thirty numbers per voxel of the working grid; the fields and their
    // determinants are made when it is done.
    let search = max(start.bytes(grid.extent), 140 * Double(grid.extent.count))
    let needed = search + 40 * Double(fixed.count) + 20 * Double(moving.count)
    guard let available = SystemMemory.available, needed > Double(available) else { return }
    throw .tooLarge(neededBytes: Int(min(needed, 1e18)), availableBytes: available)
  }
}
