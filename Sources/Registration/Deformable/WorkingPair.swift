import Volumes

/// Both images on the working grid, the moving one brought over by the linear part.
struct WorkingPair {
  let fixed: WorkingImage
  let moving: WorkingImage

  /// Finds the velocity on a grid of half as many voxels, in voxels of that grid.
  func search(
    _ start: ConvexStart, _ settings: DeformableSettings, _ progress: (Int, Int) -> Void
  ) -> (velocity: VoxelField, levels: [DeformableResult.Level]) {
    let fixedFeatures = StructureFeatures(fixed.volume)
    let movingFeatures = StructureFeatures(moving.volume)
    var field = start.field(fixed: fixedFeatures, moving: movingFeatures)
    var levels: [DeformableResult.Level] = []
    let total = settings.coarseSteps + settings.fineSteps
    var done = 0
    let structure = StructureSimilarity(
      fixed: fixedFeatures.pooled(by: 2), moving: movingFeatures.pooled(by: 2),
      weights: weights.halved(fixed.volume.extent))
    let resolutions = [
      (ratio: 1, steps: settings.coarseSteps), (ratio: 2, steps: settings.fineSteps),
    ]
    for level in resolutions where level.steps > 0 {
      let optimisation = VelocityOptimisation(
        regularity: settings.regularity, smoothings: settings.smoothings,
        squarings: Exponential.usualSquarings, step: Float(settings.stepLength / 2),
        iterations: level.steps, similarity: similarity(settings, ratio: level.ratio, structure))
      let state = optimisation.minimise(from: field) {
        done += 1
        progress(done, total)
      }
      done = levels.isEmpty ? settings.coarseSteps : total
      field = state.field
      levels.append(
        DeformableResult.Level(
          spacing: fixed.volume.geometry.spacing.x * (level.ratio == 1 ? 2 : 1),
          steps: state.steps, costBefore: state.costs.first, costAfter: state.costs.best))
    }
    return (field.smoothed(times: settings.smoothings), levels)
  }

  /// What the voxels of the working grid count: what they do in both images.
  private var weights: [Float] { zip(fixed.weights, moving.weights).map { $0 * $1 } }

  /// The cost of a displacement on the half grid, the images being on that one (ratio 1) or on the
  /// working grid (ratio 2).
  private func similarity(
    _ settings: DeformableSettings, ratio: Int, _ structure: StructureSimilarity
  ) -> (VoxelField) -> (cost: Double, gradient: VoxelField) {
    if settings.metric == .structure { return structure.evaluate }
    let (a, b) = ratio == 1 ? (fixed.halved, moving.halved) : (fixed, moving)
    let weights = ratio == 1 ? weights.halved(fixed.volume.extent) : weights
    let extent = a.volume.extent
    let measure: any ImageSimilarity =
      switch settings.metric {
      case .localCorrelation(let radius):
        LocalCorrelation(
          fixed: a.volume.voxels, weights: weights, extent: extent, radius: radius)
      case .meanSquares, .structure:
        SquaredDifference(fixed: a.volume.voxels, weights: weights, extent: extent)
      }
    let warped = WarpedImage(b.volume.voxels, extent: extent, ratio: ratio)
    let derivatives = FloatBuffer(count: extent.count)
    return { field in
      warped.read(through: field)
      let cost = measure.evaluate(UnsafePointer(warped.values), derivatives: derivatives.start)
      var gradient = warped.pullBack(UnsafePointer(derivatives.start))
      guard settings.structureWeight > 0 else { return (cost, gradient) }
      let other = structure.evaluate(field)
      let weight = settings.structureWeight
      for voxel in gradient.vectors.indices {
        gradient.vectors[voxel] += other.gradient.vectors[voxel] * Float(weight)
      }
      return (cost + weight * other.cost, gradient)
    }
  }
}

/// Numbers that kernels write to again and again.
private final class FloatBuffer {
  let start: UnsafeMutablePointer<Float>

  init(count: Int) {
    start = .allocate(capacity: count)
    start.initialize(repeating: 0, count: count)
  }

  deinit { start.deallocate() }
}
