public import Volumes

/// Which connected parts of a region are kept.
public enum ComponentCriterion: Sendable {
  /// So many of those with most voxels; of equally large ones those whose first voxels stand first
  /// in memory.
  case largest(Int)
  /// Those of at least this volume in ml.
  case minimumVolume(Double)
  /// Those that share a voxel with a mask on the same grid.
  case touching(Mask)
}

extension ConnectedComponents {
  /// Numbers of the components that meet all criteria, one after the other, largest first; of
  /// equally large ones the one whose first voxel stands first in memory.
  ///
  /// ``ComponentCriterion/largest(_:)`` counts among those that meet the criteria before it.
  public func numbers(meeting criteria: [ComponentCriterion]) -> [Int] {
    var kept = sizes.indices.map { $0 + 1 }.sorted {
      (-sizes[$0 - 1], $0) < (-sizes[$1 - 1], $1)
    }
    for criterion in criteria {
      switch criterion {
      case .largest(let count): kept = Array(kept.prefix(count))
      case .minimumVolume(let volume):
        // A volume that is so many voxels must not fail by rounding.
        let voxels = volume * 1000 / geometry.voxelVolume * (1 - 1e-9)
        kept = kept.filter { Double(sizes[$0 - 1]) >= voxels }
      case .touching(let seed):
        precondition(seed.extent == geometry.extent, "a seed of \(seed.extent)")
        let touched = Set(
          runs.lazy.filter { run in
            firstPositionInMask(seed, run.voxels) < run.voxels.upperBound
          }.map(\.component))
        kept = kept.filter { touched.contains($0) }
      }
    }
    return kept
  }
}

private func firstPositionInMask(_ mask: Mask, _ range: Range<Int>) -> Int {
  mask.voxels.withUnsafeBufferPointer { voxels in
    guard let start = voxels.baseAddress else { return range.upperBound }
    return firstPosition(of: true, in: start, from: range.lowerBound, to: range.upperBound)
  }
}
