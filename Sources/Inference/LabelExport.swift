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
  /// - Returns: The values of `dataset.json`, on the image's axes.
  package func labels(
    of logits: [VoxelArray<Float>], properties: CaseProperties, spacing: SpacingChange
  ) -> VoxelArray<LabelMap.Label> {
    let back = SpacingChange(current: spacing.new, new: spacing.current)
    let inside = decided(logits, on: properties.shapeAfterCropping, spacing: back)
    return pasted(inside, properties).transposed(by: plan.transposeBackward)
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
    switch heads {
    case .labels(let values):
      var winners = argmaxOfResampled(logits: logits, to: shape, spacing: spacing, scheme: scheme)
      if values != Array(0..<values.count) {
        let table = values.map { LabelMap.Label($0) }
        winners.elements.withUnsafeMutableBufferPointer { labels in
          for index in labels.indices { labels[index] = table[Int(labels[index])] }
        }
      }
      return winners
    case .regions(_, let order):
      return painted(logits, order.map { LabelMap.Label($0) }, to: shape, spacing: spacing)
    }
  }

  /// Paints every region where its probability exceeds one half, later ones over earlier ones.
  private func painted(
    _ logits: [VoxelArray<Float>], _ values: [LabelMap.Label], to shape: Shape3,
    spacing: SpacingChange
  ) -> VoxelArray<LabelMap.Label> {
    var result = VoxelArray<LabelMap.Label>(repeating: 0, shape: shape)
    scheme.forEachResampledSlab(of: logits, to: shape, spacing: spacing) { slab in
      let start = slab.planes.lowerBound * shape.height * shape.width
      for (region, value) in values.enumerated() {
        let channel = slab.channels[region]
        // A logit above 0 is a probability above one half.
        for index in 0..<channel.count where channel[index] > 0 {
          result.elements[start + index] = value
        }
      }
    }
    return result
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
