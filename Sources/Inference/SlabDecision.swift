import Datasets
import Parallelism
import Resampling
import Volumes

/// The labels of a grid, decided slab by slab.
struct SlabDecision {
  /// The values of `dataset.json`, as far as slabs were taken.
  private(set) var labels: VoxelArray<LabelMap.Label>
  private let heads: LabelSet.Heads

  init(_ heads: LabelSet.Heads, shape: Shape3) {
    self.heads = heads
    labels = VoxelArray(repeating: 0, shape: shape)
  }

  /// Decides the voxels of a slab of logits, one channel per class or region.
  mutating func take(_ slab: ResampledSlab) {
    let start = slab.planes.lowerBound * slab.shape.height * slab.shape.width
    let heads = heads
    labels.elements.withUnsafeMutableBufferPointer { labels in
      guard let target = labels.baseAddress.map({ $0 + start }) else { return }
      switch heads {
      case .labels(let values):
        slab.writeLargestChannels(to: target)
        if values != Array(0..<values.count) {
          replace(target, count: slab.shape.count, by: values.map { LabelMap.Label($0) })
        }
      case .regions(_, let order): paint(target, slab, order.map { LabelMap.Label($0) })
      }
    }
  }
}

/// Puts values in the place of their positions.
private func replace(
  _ target: UnsafeMutablePointer<LabelMap.Label>, count: Int, by values: [LabelMap.Label]
) {
  // Every call changes a range of its own.
  nonisolated(unsafe) let target = target
  parallelForRanges(count, grain: 1 << 16) { range in
    for index in range { target[index] = values[Int(target[index])] }
  }
}

/// Paints every region where its probability exceeds one half, later ones over earlier ones.
private func paint(
  _ target: UnsafeMutablePointer<LabelMap.Label>, _ slab: ResampledSlab,
  _ values: [LabelMap.Label]
) {
  // Every call changes a range of its own.
  nonisolated(unsafe) let (target, slab) = (target, slab)
  parallelForRanges(slab.shape.count, grain: 1 << 16) { range in
    for (channel, value) in zip(slab.channels, values) {
      // A logit above 0 is a probability above one half.
      for index in range where channel[index] > 0 { target[index] = value }
    }
  }
}
