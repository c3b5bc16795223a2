import Parallelism
package import Tensors

/// True and false positives and false negatives of every channel over validation patches.
package struct PatchOverlap {
  private let channels: SegmentationLoss.Channels
  private var truePositives: [Int]
  private var predicted: [Int]
  private var actual: [Int]

  /// Counts for so many channels of logits, and what they stand for.
  package init(classes: Int, _ channels: SegmentationLoss.Channels = .labels) {
    self.channels = channels
    truePositives = Array(repeating: 0, count: classes)
    predicted = truePositives
    actual = truePositives
  }

  /// Adds a batch; ignored voxels do not count.
  mutating func add(_ logits: Tensor, _ labels: LabelBatch) {
    logits.withLogits { add($0, labels) }
  }

  /// Adds a batch of logits (samples, channels, voxels).
  ///
  /// The largest logit is the predicted label, the first of equals; a region is predicted where its logit is above 0.
  package mutating func add(_ values: UnsafeBufferPointer<Float>, _ labels: LabelBatch) {
    let classes = truePositives.count
    let voxels = labels.size.count
    var counts = [Int](repeating: 0, count: labels.batch * classes * 3)
    counts.withUnsafeMutableBufferPointer { counts in
      nonisolated(unsafe) let counts = counts  // Every sample counts in its own part.
      labels.labels.withUnsafeBufferPointer { labels in
        parallelFor(labels.count / voxels) { [channels] sample in
          let counts = UnsafeMutableBufferPointer(
            rebasing: counts[sample * classes * 3..<(sample + 1) * classes * 3])
          let values = UnsafeBufferPointer(
            rebasing: values[sample * classes * voxels..<(sample + 1) * classes * voxels])
          let labels = UnsafeBufferPointer(
            rebasing: labels[sample * voxels..<(sample + 1) * voxels])
          switch channels {
          case .labels: Self.countLabels(values, labels, into: counts)
          case .regions(let regions, _): Self.count(regions, values, labels, into: counts)
          }
        }
      }
    }
    for sample in 0..<labels.batch {
      for k in 0..<classes {
        truePositives[k] += counts[(sample * classes + k) * 3]
        predicted[k] += counts[(sample * classes + k) * 3 + 1]
        actual[k] += counts[(sample * classes + k) * 3 + 2]
      }
    }
  }

  /// Adds one sample's voxels, three counts per class.
  private static func countLabels(
    _ values: UnsafeBufferPointer<Float>, _ labels: UnsafeBufferPointer<Int16>,
    into counts: UnsafeMutableBufferPointer<Int>
  ) {
    let (voxels, classes) = (labels.count, counts.count / 3)
    // Class after class over a few voxels, so that memory is read in order however many classes there are.
    let block = 1024
    var largest = [Float](repeating: 0, count: block)
    var winners = [Int32](repeating: 0, count: block)
    for first in stride(from: 0, to: voxels, by: block) {
      let count = min(block, voxels - first)
      for index in 0..<count { (largest[index], winners[index]) = (-.infinity, 0) }
      for k in 0..<classes {
        let start = k * voxels + first
        for index in 0..<count where values[start + index] > largest[index] {
          (largest[index], winners[index]) = (values[start + index], Int32(k))
        }
      }
      for index in 0..<count {
        let (label, winner) = (Int(labels[first + index]), Int(winners[index]))
        if label < 0 { continue }
        if winner == label { counts[label * 3] += 1 }
        counts[winner * 3 + 1] += 1
        counts[label * 3 + 2] += 1
      }
    }
  }

  /// Adds one sample's voxels, three counts per region.
  private static func count(
    _ regions: RegionMembership, _ values: UnsafeBufferPointer<Float>,
    _ labels: UnsafeBufferPointer<Int16>, into counts: UnsafeMutableBufferPointer<Int>
  ) {
    let voxels = labels.count
    let largest = Int(labels.max() ?? 0)
    for region in 0..<regions.count {
      let members = (0...max(0, largest)).map { regions.contains(Int16($0), in: region) }
      for voxel in 0..<voxels {
        let label = Int(labels[voxel])
        if label < 0 { continue }
        let (isPredicted, isActual) = (values[region * voxels + voxel] > 0, members[label])
        if isPredicted && isActual { counts[region * 3] += 1 }
        if isPredicted { counts[region * 3 + 1] += 1 }
        if isActual { counts[region * 3 + 2] += 1 }
      }
    }
  }

  /// Dice of each foreground label or region; NaN where it is neither there nor predicted.
  package var dice: [Double] {
    var scored = 0..<truePositives.count
    if case .labels = channels { scored = scored.dropFirst() }
    return scored.map { k in
      2 * Double(truePositives[k]) / Double(predicted[k] + actual[k])
    }
  }
}
