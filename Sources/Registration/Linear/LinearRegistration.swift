import Parallelism
public import SpatialTransforms
public import Volumes

/// Finds the linear map that brings a moving image into line with a fixed image.
///
/// From coarse to fine: at the coarsest resolution many starts are compared and the best refined; the
/// rest is a search by quasi-Newton steps with the metric's own derivative. Everything happens in the
/// world, so that grids may be oblique, anisotropic and different.
///
/// - Source: Mattes et al., IEEE TMI 22(1), 2003, doi:10.1109/TMI.2003.809072; Maes et al., Medical
///   Image Analysis 3(4), 1999, doi:10.1016/S1361-8415(99)80030-9, for the pyramid.
public struct LinearRegistration: Sendable {
  /// How to search.
  public var settings: LinearSettings

  /// A registration with the given settings.
  public init(_ settings: LinearSettings = LinearSettings()) { self.settings = settings }

  /// The masks of the two images.
  public struct Masks: Sendable {
    /// What counts of the fixed image: voxels that are not 0; nil for all.
    public var fixed: LabelMap?
    /// What counts of the moving image.
    public var moving: LabelMap?

    /// Masks, each on its image's grid.
    public init(fixed: LabelMap? = nil, moving: LabelMap? = nil) {
      self.fixed = fixed
      self.moving = moving
    }
  }

  /// Registers two images.
  ///
  /// - Parameters:
  ///   - moving: The image to bring over.
  ///   - fixed: The image that stays.
  ///   - masks: What of them counts.
  ///   - initial: A first guess of the map from points of the fixed image to points of the moving
  ///     image; by default the images' own places in the world.
  ///   - progress: Told after every level: levels done, of how many.
  /// - Returns: The map and how it was found; the same whatever the number of threads.
  /// - Throws: ``RegistrationError``.
  /// - Complexity: O(voxels) time for the pyramid, O(samples) for every step, on all threads; a copy
  ///   of each image.
  public func register(
    _ moving: Volume<Float>, to fixed: Volume<Float>, masks: Masks = Masks(),
    initial: AffineMap = .identity, progress: (Int, Int) -> Void = { _, _ in }
  ) throws(RegistrationError) -> LinearResult {
    try checkSettings()
    let fixedImage = try PreparedImage(
      fixed, mask: masks.fixed, range: settings.fixedRange, role: .fixed)
    let movingImage = try PreparedImage(
      moving, mask: masks.moving, range: settings.movingRange, role: .moving)
    let levels = makeLevels(fixedImage, movingImage)
    for level in levels where level.level.evaluator.samples.count < 50 {
      throw .fewSamples(
        count: level.level.evaluator.samples.count, spacing: level.level.spacing)
    }
    var (candidates, found) = ([Candidate](), [LinearResult.Level]())
    for (index, level) in levels.enumerated() {
      if index == 0 {
        candidates = try firstMaps(level.level, fixed: level.fixed, moving: level.moving, initial)
          .map { Candidate(map: $0) }
      }
      let isLast = index == levels.count - 1
      let refined =
        isLast && index > 0
        ? finish(candidates[0], on: level.level).map { [$0] } ?? []
        : refine(candidates, on: level.level, families: families(isFirst: index == 0))
      guard let best = refined.first else { throw .noOverlap(share: 0) }
      found.append(
        LinearResult.Level(
          spacing: level.level.spacing, samples: level.level.evaluator.samples.count,
          steps: best.steps, costBefore: best.before, costAfter: best.cost))
      // Two go on: the best at a coarse resolution is not always the best.
      candidates = Array(refined.prefix(index + 2 < levels.count && index == 0 ? 2 : 1))
      progress(index + 1, levels.count)
    }
    return result(
      candidates[0].map, initial, levels[levels.count - 1].level, found, fixed.geometry)
  }

  /// Weighs the map that was found against the initial one, on the points that both bring into the
  /// moving image.
  ///
  /// On points of its own each would be judged by what it leaves out, too: mutual information rises
  /// as background leaves the image.
  private func result(
    _ map: AffineMap, _ initial: AffineMap, _ finest: RegistrationLevel,
    _ levels: [LinearResult.Level], _ grid: Geometry
  ) -> LinearResult {
    let (own, whole) = (finest.cost(initial), finest.cost(map))
    var (before, after) = (own.cost, whole.cost)
    if before < .infinity, let common = finest.restricted(inside: [initial, map], margin: 0) {
      (before, after) = (common.cost(initial).cost, common.cost(map).cost)
    }
    let isKept = before < .infinity && before - after <= settings.leastImprovement
    let chosen = isKept ? initial : map
    return LinearResult(
      map: chosen, costBefore: before, costAfter: isKept ? before : after, levels: levels,
      overlap: isKept ? own.inside : whole.inside, keepsInitial: isKept,
      largestDisplacement: grid.cornerPoints.map { (chosen($0) - $0).length }.max() ?? 0)
  }

  private func checkSettings() throws(RegistrationError) {
    if let bins = settings.metric.bins, !(8...200 ~= bins) {
      throw .setting("mutual information needs 8 to 200 bins, not \(bins)")
    }
    guard !settings.spacings.isEmpty, settings.spacings.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .setting("the levels need spacings above 0, not \(settings.spacings)")
    }
    guard settings.sampleLimit >= 100 else {
      throw .setting("at least 100 samples are needed, not \(settings.sampleLimit)")
    }
  }

  /// The levels with their images, coarse to fine.
  private func makeLevels(
    _ fixed: PreparedImage, _ moving: PreparedImage
  ) -> [(level: RegistrationLevel, fixed: PreparedImage, moving: PreparedImage)] {
    let spacings = targetSpacings(fixed.image.geometry)
    var (coarseFixed, coarseMoving) = (fixed, moving)
    var levels: [(level: RegistrationLevel, fixed: PreparedImage, moving: PreparedImage)] = []
    // Each is made from the next finer one.
    for spacing in spacings.reversed() {
      coarseFixed = coarseFixed.reduced(
        to: coarseFixed.image.geometry.extent(atSpacing: spacing))
      coarseMoving = coarseMoving.reduced(
        to: coarseMoving.image.geometry.extent(atSpacing: spacing))
      // Thick slices matter where hundredths of a millimetre do.
      let isRefined = levels.isEmpty && settings.betweenSlices == .cubic
      let level = RegistrationLevel(
        fixed: isRefined ? coarseFixed.refined(forSpacing: spacing) : coarseFixed,
        moving: isRefined ? coarseMoving.refined(forSpacing: spacing) : coarseMoving,
        spacing: spacing, settings: settings)
      levels.append((level, coarseFixed, coarseMoving))
    }
    return levels.reversed()
  }

  /// The spacings in millimetres, finer for small images.
  func targetSpacings(_ geometry: Geometry) -> [Double] {
    let (extent, spacing) = (geometry.extent, geometry.spacing)
    let side = min(
      Double(extent.x) * spacing.x, Double(extent.y) * spacing.y, Double(extent.z) * spacing.z)
    guard side < settings.smallImage else { return settings.spacings }
    let unit = min(spacing.x, spacing.y, spacing.z) / 2
    return settings.spacings.map { min($0, $0 * unit) }
  }

  /// The best starts after some steps at the coarsest level.
  private func firstMaps(
    _ level: RegistrationLevel, fixed: PreparedImage, moving: PreparedImage, _ initial: AffineMap
  ) throws(RegistrationError) -> [AffineMap] {
    let candidates = StartCandidates(given: initial, fixed: fixed, moving: moving)
      .maps(settings.starts)
    // A part of the samples tells good starts from bad ones.
    let level = level.thinned(to: 6000)
    let costs = parallelMap(candidates.count) { level.cost(candidates[$0]) }
    let order = candidates.indices.filter { costs[$0].cost < .infinity }
      .sorted { (costs[$0].cost, $0) < (costs[$1].cost, $1) }
    guard !order.isEmpty else { throw .noOverlap(share: costs.map(\.inside).max() ?? 0) }
    // The given map and its neighbours keep a place among those that are refined.
    var chosen = Array(order.prefix(8))
    if order.contains(0), !chosen.contains(0) { chosen.append(0) }
    let family = settings.family == .translation ? LinearFamily.translation : .rigid
    let refined = parallelMap(chosen.count) { index in
      level.minimise(
        from: candidates[chosen[index]], family: family, precision: 0.02, limit: 25)
    }
    let maps = refined.compactMap { $0 }.enumerated()
      .sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }.map(\.element.map)
    return Array(distinct(maps, on: fixed.image.geometry, by: level.spacing).prefix(3))
  }

  /// Leaves out maps that take the image's corners to nearly the same places as an earlier one.
  private func distinct(
    _ maps: [AffineMap], on grid: Geometry, by distance: Double
  ) -> [AffineMap] {
    let corners = grid.cornerPoints
    var kept: [AffineMap] = []
    for map in maps {
      let isNew = kept.allSatisfy { other in
        corners.contains { (map($0) - other($0)).length > distance }
      }
      if isNew { kept.append(map) }
    }
    return kept
  }

  /// The families to search one after another.
  private func families(isFirst: Bool) -> [LinearFamily] {
    switch settings.family {
    case .translation: [.translation]
    case .rigid: [.rigid]
    // Only a start has not been through the smaller family.
    case .similarity: isFirst ? [.rigid, .similarity] : [.similarity]
    case .affine: isFirst ? [.rigid, .affine] : [.affine]
    }
  }

  /// A map on its way through the levels.
  private struct Candidate {
    var map: AffineMap
    var curvature: QuasiNewton.Curvature?
    /// The cost at the start of the last level.
    var before = Double.infinity
    /// The cost at its end.
    var cost = Double.infinity
    /// Steps of the last level.
    var steps = 0
  }

  /// Searches from each of the maps; the best first.
  private func refine(
    _ candidates: [Candidate], on level: RegistrationLevel, families: [LinearFamily]
  ) -> [Candidate] {
    var results: [Candidate] = []
    for candidate in candidates {
      let before = level.cost(candidate.map).cost
      var current = Candidate(
        map: candidate.map, curvature: candidate.curvature, before: before, cost: before)
      for family in families {
        let found = level.minimise(
          from: current.map, family: family, curvature: current.curvature, precision: 0.005,
          limit: 60)
        guard let found else { break }
        current.map = found.map
        (current.cost, current.curvature) = (found.cost, found.curvature)
        current.steps += found.steps
      }
      if current.cost < .infinity { results.append(current) }
    }
    return results.enumerated()
      .sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }.map(\.element)
  }

  /// Searches at the finest level, on the points that lie well inside the moving image.
  private func finish(_ candidate: Candidate, on level: RegistrationLevel) -> Candidate? {
    let inside = level.restricted(inside: [candidate.map], margin: level.spacing)
    let family = settings.family
    let found = (inside ?? level).minimise(
      from: candidate.map, family: family, curvature: candidate.curvature, precision: 0.001,
      limit: 60)
    guard let found else { return nil }
    return Candidate(
      map: found.map, before: level.cost(candidate.map).cost, cost: level.cost(found.map).cost,
      steps: found.steps)
  }
}
