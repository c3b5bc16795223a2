public import Datasets
import RandomNumbers
public import Volumes

/// The voxels of each class that patches may be centred on.
///
/// At most 10,000 voxels of a class, or 1 % of them if that is more, drawn without replacement.
///
/// - Source: nnU-Net 2.8.1's `_sample_foreground_locations`.
public struct ClassLocationSampling: Sendable {
  /// The classes: the labels of each. With an ignore label the last one holds every annotated voxel.
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

  /// The positions of the chosen voxels of each class.
  ///
  /// - Parameter labels: Preprocessed labels.
  /// - Returns: For each class the positions in memory, in random order.
  public func locations(in labels: VoxelArray<Int16>) -> [[Int32]] {
    var byLabel: [Int16: [Int32]] = [:]
    let wanted = Set(classes.joined().map { Int16($0) })
    for (position, label) in labels.elements.enumerated() where wanted.contains(label) {
      byLabel[label, default: []].append(Int32(position))
    }
    var generator = MersenneTwister(seed: Self.seed)
    return classes.map { members in
      let all = members.flatMap { byLabel[Int16($0)] ?? [] }
      guard !all.isEmpty else { return [] }
      let share = Int((Self.fraction * Double(all.count)).rounded(.up))
      let count = max(min(Self.fewest, all.count), share)
      return generator.permutation(all.count).prefix(count).map { all[$0] }
    }
  }
}
