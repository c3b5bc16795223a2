public import Datasets
import RandomNumbers
public import Volumes

/// The voxels of each class that patches may be centred on.
///
/// At most 10,000 voxels of a class, or 1 % of them if that is more, drawn without replacement.
///
/// - Source: nnU-Net 2.8.1's `_sample_foreground_locations`, draw for draw.
public struct ClassLocationSampling: Sendable {
  /// The labels of each class.
  ///
  /// With an ignore label the last one holds every annotated voxel.
  public let classes: [[Int]]
  /// Whether the last class holds every annotated voxel.
  public let hasAnnotatedClass: Bool

  private static let seed: UInt32 = 1234
  private static let fewest = 10_000
  private static let fraction = 0.01

  /// The classes of a dataset.
  public init(_ labels: LabelSet) {
    var classes =
      switch labels.heads {
      case .labels: labels.foregroundLabels.map { [$0] }
      case .regions(let regions, _): regions.map(\.labels)
      }
    hasAnnotatedClass = labels.ignoreLabel != nil
    if hasAnnotatedClass { classes.append([-1] + labels.labels) }
    self.classes = classes
  }

  /// Classes given one by one, none of them the annotated one.
  package init(classes: [[Int]]) {
    self.classes = classes
    hasAnnotatedClass = false
  }

  /// The positions of the chosen voxels of each class.
  ///
  /// - Parameter labels: Preprocessed labels, fewer than 2^31.
  /// - Returns: For each class the positions in memory, in random order.
  /// - Complexity: O(voxels) time; memory for the runs of equal labels, and 4 bytes for every voxel
  ///   of the largest class.
  public func locations(in labels: VoxelArray<Int16>) -> [[Int32]] {
    let runs = LabelRuns(of: Set(classes.joined().map { Int16($0) }), in: labels.elements)
    var generator = MersenneTwister(seed: Self.seed)
    return classes.map { members in
      let voxels = runs.voxels(of: members.map { Int16($0) })
      let share = Int((Self.fraction * Double(voxels.count)).rounded(.up))
      let size = max(min(Self.fewest, voxels.count), share)
      return generator.choice(size, of: voxels.count).map { voxels.position(ofRank: $0) }
    }
  }
}
