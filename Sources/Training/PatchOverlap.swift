import Parallelism
package import Tensors

/// True and false positives and false negatives of every class over validation patches.
package struct PatchOverlap {
  private var truePositives: [Int]
  private var predicted: [Int]
  private var actual: [Int]

  package init(classes: Int) {
    truePositives = Array(repeating: 0, count: classes)
    predicted = truePositives
    actual = truePositives
  }

  /// Adds a batch: the largest logit is the prediction, the first of equals; ignored voxels do not count.
  mutating func add(_ logits: Tensor, _ labels: LabelBatch) {
    logits.withLogits { add($0, labels) }
  }

  /// Adds a batch of logits (samples, classes, voxels).
  package mutating func add(_ values: UnsafeBufferPointer<Float>, _ labels: LabelBatch) {
    let classes = truePositives.count
    let voxels = labels.size.count
    var counts = [Int](repeating: 0, count: labels.batch * classes * 3)
    counts.withUnsafeMutableBufferPointer { counts in
      nonisolated(unsafe) let counts = counts  // Every sample counts in its own part.
      labels.labels.withUnsafeBufferPointer { labels in
        parallelFor(labels.count / voxels) { sample in
          for voxel in 0..<voxels {
            let label = Int(labels[sample * voxels + voxel])
            if label < 0 { continue }
            var (best, winner) = (-Float.infinity, 0)
            for k in 0..<classes {
              let value = values[(sample * classes + k) * voxels + voxel]
              if value > best { (best, winner) = (value, k) }
            }
            let base = sample * classes * 3
            if winner == label { counts[base + label * 3] += 1 }
            counts[base + winner * 3 + 1] += 1
            counts[base + label * 3 + 2] += 1
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

  /// Dice of each foreground class; NaN where it is neither there nor predicted.
  package var dice: [Double] {
    (1..<max(1, truePositives.count)).map { k in
      2 * Double(truePositives[k]) / Double(predicted[k] + actual[k])
    }
  }
}
