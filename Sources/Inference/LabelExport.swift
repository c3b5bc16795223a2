import Datasets
import Parallelism
import Planning
package import Preprocessing
package import Resampling
package import Volumes

/// Brings logits back to the grid of the image and decides every voxel, slab by slab.
///
/// So memory never holds all classes on the image's grid.
///
/// - Source: nnU-Net 2.8.1's `export_prediction.py`.
package struct LabelExport {
  let plan: SegmentationPlan
  let heads: LabelSet.Heads
  let scheme: ResamplingScheme

  /// The labels (z, y, x) on the image's grid.
  ///
  /// - Parameters:
  ///   - logits: One array per class, on the network's grid.
  ///   - properties: The way back.
  ///   - spacing: Spacings of the image and of the network's grid, along the transposed axes.
  ///   - maps: Where the probabilities that the logits mean are added, on the image's grid.
  /// - Returns: The values of `dataset.json`, on the image's axes.
  package func labels(
    of logits: [VoxelArray<Float>], properties: CaseProperties, spacing: SpacingChange,
    adding maps: ProbabilityMaps? = nil
  ) -> VoxelArray<LabelMap.Label> {
    let back = SpacingChange(current: spacing.new, new: spacing.current)
    return labels(of: properties, adding: maps) { shape, take in
      scheme.forEachResampledSlab(of: logits, to: shape, spacing: back, take)
    }
  }

  /// The same of logits that are read plane by plane; ``ResamplingScheme/readsPlanesOnce`` must hold.
  package func labels(
    of logits: inout some PlaneSource, properties: CaseProperties, spacing: SpacingChange,
    adding maps: ProbabilityMaps? = nil
  ) -> VoxelArray<LabelMap.Label> {
    let back = SpacingChange(current: spacing.new, new: spacing.current)
    return labels(of: properties, adding: maps) { shape, take in
      scheme.forEachResampledSlab(of: &logits, to: shape, spacing: back, take)
    }
  }

  private func labels(
    of properties: CaseProperties, adding maps: ProbabilityMaps?,
    _ resample: (_ shape: Shape3, _ take: (ResampledSlab) -> Void) -> Void
  ) -> VoxelArray<LabelMap.Label> {
    var decision = SlabDecision(heads, shape: properties.shapeAfterCropping)
    let addition = maps.map { ProbabilityAddition(to: $0, heads, properties, plan) }
    resample(properties.shapeAfterCropping) { slab in
      decision.take(slab)
      addition?.take(slab)
    }
    return pasted(decision.labels, properties).transposed(by: plan.transposeBackward)
  }

  /// The labels on another grid over the same region.
  ///
  /// - Parameters:
  ///   - logits: One array per class, on the network's grid.
  ///   - shape: The extent of the other grid.
  ///   - spacing: Spacings by which the way of resampling is chosen.
  /// - Returns: The values of `dataset.json`, along the arrays' axes.
  package func decided(
    _ logits: [VoxelArray<Float>], on shape: Shape3, spacing: SpacingChange
  ) -> VoxelArray<LabelMap.Label> {
    var decision = SlabDecision(heads, shape: shape)
    scheme.forEachResampledSlab(of: logits, to: shape, spacing: spacing) { decision.take($0) }
    return decision.labels
  }

  /// The labels in the whole image, 0 outside the part that was kept.
  private func pasted(
    _ inside: VoxelArray<LabelMap.Label>, _ properties: CaseProperties
  ) -> VoxelArray<LabelMap.Label> {
    let shape = properties.shapeBeforeCropping
    if inside.shape == shape { return inside }
    var result = VoxelArray<LabelMap.Label>(repeating: 0, shape: shape)
    let (lower, size) = (properties.box.lower, inside.shape)
    for i in 0..<size.depth {
      for j in 0..<size.height {
        let from = (i * size.height + j) * size.width
        let to = ((lower[0] + i) * shape.height + lower[1] + j) * shape.width + lower[2]
        result.elements.replaceSubrange(
          to..<to + size.width, with: inside.elements[from..<from + size.width])
      }
    }
    return result
  }
}
