import Datasets
import ElementaryFunctions

/// Finds patch, batch and network for one resolution.
struct Configurator {
  let preset: PlannerPreset
  let description: DatasetDescription
  /// Whether crops are so much smaller than images that normalisation is limited to the non-zero
  /// region.
  let usesMask: Bool

  /// A patch size with its network and cost.
  private struct Candidate {
    let topology: NetworkTopology
    let architecture: Architecture
    let cost: Int
  }

  /// The configuration for a resolution; whether it uses batch Dice is left to the caller.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - spacing: Two or three spacings.
  ///   - medianShape: The median extent at that spacing.
  ///   - voxels: Voxels of the whole dataset, which limit the batch.
  /// - Returns: The configuration, with batch Dice off.
  func configuration(
    _ name: String, spacing: [Double], medianShape: [Double], voxels: Double
  ) -> Configuration {
    let dimensions = spacing.count
    let reference =
      Double(preset.referenceCost[dimensions]) * (preset.targetMemory / preset.referenceMemory)
    let referenceBatch = Double(preset.referenceBatch[dimensions])
    let best = shrunk(spacing: spacing, medianShape: medianShape) { cost in
      switch preset.shrinkTarget {
      case .minimumBatch:
        Double(cost) / referenceBatch * Double(preset.minimumBatch) <= reference
      case .referenceBatch: Double(cost) <= reference
      }
    }
    let patch = best.topology.patch
    let affordable = (reference / Double(best.cost) * referenceBatch).rounded(.toNearestOrEven)
    let permitted =
      (voxels * preset.largestDatasetFraction / patch.map(Double.init).reduce(1, *))
      .rounded(.toNearestOrEven)
    let mostPatches = Double(PlausibleRange.batch.upperBound)
    let schemes = description.channelNames.map(NormalizationScheme.init(channelName:))
    return Configuration(
      dataIdentifier: dataIdentifier(name),
      batchSize: max(Int(min(affordable, permitted, mostPatches)), preset.minimumBatch),
      patchSize: patch,
      medianShape: medianShape, spacing: spacing, normalizationSchemes: schemes,
      usesMaskForNormalization: schemes.map { usesMask && $0.permitsMask },
      imageResampling: .image, labelResampling: .labels, probabilityResampling: .probabilities,
      architecture: best.architecture, usesBatchDice: false, previousStage: nil, nextStages: [])
  }

  /// The first patch, from the largest on, whose cost fits.
  private func shrunk(
    spacing: [Double], medianShape: [Double], fits: (Int) -> Bool
  ) -> Candidate {
    var best = candidate(patch: initialPatch(spacing, medianShape), spacing: spacing)
    var divisors = best.topology.divisors
    while !fits(best.cost) {
      let patch = best.topology.patch
      let ratios = patch.indices.map { Double(patch[$0]) / medianShape[$0] }
      // Ties go to the last axis.
      let axis = patch.indices.reduce(0) { ratios[$1] >= ratios[$0] ? $1 : $0 }
      // A smaller patch may have a smaller divisor, and subtracting that one skips no valid size.
      var trial = patch.map(Double.init)
      trial[axis] -= Double(divisors[axis])
      divisors =
        NetworkTopology(
          spacing: spacing, patch: trial, shortestEdge: preset.shortestEdge
        ).divisors
      var smaller = patch.map(Double.init)
      smaller[axis] -= Double(divisors[axis])
      // Memory too small for any patch: the smallest one is the answer, and training will say what
      // it needs.
      guard smaller[axis] >= 1 else { break }
      best = candidate(patch: smaller, spacing: spacing)
      divisors = best.topology.divisors
    }
    return best
  }

  /// A patch of the aspect ratio of one voxel per spacing, of fixed volume, no longer than the
  /// median case, and of at least one voxel along every axis.
  private func initialPatch(_ spacing: [Double], _ medianShape: [Double]) -> [Double] {
    let ratio = spacing.map { 1 / $0 }
    let product = ratio.reduce(1, *)
    let scale =
      spacing.count == 3
      ? power(16_777_216 / product, 1.0 / 3) : power(4_194_304 / product, 0.5)
    return zip(ratio, medianShape).map {
      max(1, min(($0 * scale).rounded(.toNearestOrEven), $1))
    }
  }

  private func candidate(patch: [Double], spacing: [Double]) -> Candidate {
    let topology = NetworkTopology(
      spacing: spacing, patch: patch, shortestEdge: preset.shortestEdge)
    let stages = topology.strides.count
    let most = preset.mostFeatures[spacing.count]
    let features = (0..<stages).map { stage in
      // Shifting beyond the limit would overflow in absurd presets.
      stage < 32 ? min(most, preset.firstFeatures << stage) : most
    }
    let architecture = Architecture(
      kind: preset.network.kind, topology: topology, features: features,
      encoderDepths: Self.repeated(preset.encoderDepths, stages),
      decoderDepths: Self.repeated(preset.decoderDepths, stages - 1))
    let cost = architecture.featureMapElements(
      patch: topology.patch, classes: description.labels.structures.count)
    return Candidate(topology: topology, architecture: architecture, cost: cost)
  }

  /// The first `count` entries, the last one repeating.
  private static func repeated(_ depths: [Int], _ count: Int) -> [Int] {
    (0..<count).map { depths[min($0, depths.count - 1)] }
  }

  private func dataIdentifier(_ name: String) -> String {
    let isShared = name == "2d" || name == "3d_fullres"
    return (isShared ? preset.sharedDataName ?? preset.plansName : preset.plansName) + "_" + name
  }
}
