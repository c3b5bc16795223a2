public import Datasets
import Parallelism
public import Volumes

extension ProbabilityMaps {
  /// Divides sums by the number of what was added up.
  public func divide(by count: Int) {
    nonisolated(unsafe) let values = values  // Every call changes a range of its own.
    let divisor = Float(count)
    parallelForRanges(values.count, grain: 1 << 16) { range in
      for index in range { values[index] /= divisor }
    }
  }

  /// Decides every voxel: the largest class, the first of equals; or every region above one half, later
  /// ones over earlier ones.
  ///
  /// - Parameter heads: What the classes stand for; as many as there are maps.
  /// - Returns: The values of `dataset.json`, along the axes (z, y, x).
  public func labels(_ heads: LabelSet.Heads) -> VoxelArray<LabelMap.Label> {
    precondition(heads.count == classes, "\(heads.count) heads for \(classes) maps")
    var decision = ProbabilityDecision(heads, voxels: shape.count)
    for index in 0..<classes { decision.take(UnsafeBufferPointer(map(index)), of: index, at: 0) }
    return VoxelArray(shape: shape, elements: decision.labels)
  }
}

/// Decides voxels while the maps of the classes come one after another, in pieces.
///
/// - Source: nnU-Net 2.8.1's `convert_probabilities_to_segmentation`.
public struct ProbabilityDecision {
  /// The labels so far.
  public private(set) var labels: [LabelMap.Label]
  private var largest: [Float]
  private let values: [LabelMap.Label]
  private let isRegions: Bool

  /// Nothing decided yet.
  ///
  /// - Parameters:
  ///   - heads: What the classes stand for.
  ///   - voxels: Number of voxels.
  public init(_ heads: LabelSet.Heads, voxels: Int) {
    labels = [LabelMap.Label](repeating: 0, count: voxels)
    switch heads {
    case .labels(let labels):
      values = labels.map { LabelMap.Label($0) }
      isRegions = false
      // numpy's argmax takes a NaN for the largest; probabilities have none.
      largest = [Float](repeating: -.infinity, count: voxels)
    case .regions(_, let order):
      values = order.map { LabelMap.Label($0) }
      isRegions = true
      largest = []
    }
  }

  /// Looks at a piece of a class's map; all of a class must come before the next class.
  ///
  /// - Parameters:
  ///   - piece: Probabilities of neighbouring voxels.
  ///   - index: The class.
  ///   - start: The first of these voxels.
  public mutating func take(_ piece: UnsafeBufferPointer<Float>, of index: Int, at start: Int) {
    let value = values[index]
    let isRegions = isRegions
    labels.withUnsafeMutableBufferPointer { labels in
      largest.withUnsafeMutableBufferPointer { largest in
        // Every call changes a range of its own.
        nonisolated(unsafe) let (labels, largest, piece) = (labels, largest, piece)
        parallelForRanges(piece.count, grain: 1 << 16) { range in
          if isRegions {
            for voxel in range where piece[voxel] > 0.5 { labels[start + voxel] = value }
          } else {
            for voxel in range where piece[voxel] > largest[start + voxel] {
              largest[start + voxel] = piece[voxel]
              labels[start + voxel] = value
            }
          }
        }
      }
    }
  }
}
