package import Datasets
package import Tensors

/// The numbers by which training knows the labels of a dataset: their places among all of them.
///
/// The network's channels stand for these numbers, or for regions of them, whatever the values in
/// the files are.
package struct LabelNumbering {
  /// The number of every label value, ascending.
  package let numbers: [Int: Int16]
  /// Where a value is not its own number, or voxels may be ignored, the table of all that count.
  package let table: [Int16: Int16]?
  /// What the channels of the logits stand for.
  package let channels: SegmentationLoss.Channels

  /// The numbers of a dataset's labels.
  package init(_ labels: LabelSet) {
    let values = labels.labels
    let numbers = Dictionary(
      uniqueKeysWithValues: values.enumerated().map { ($1, Int16($0)) })
    self.numbers = numbers
    let isPlain = values == Array(0..<values.count) && labels.ignoreLabel == nil
    table =
      isPlain
      ? nil : Dictionary(uniqueKeysWithValues: numbers.map { (Int16($0.key), $0.value) })
    switch labels.heads {
    case .labels: channels = .labels
    case .regions(let regions, _):
      channels = .regions(
        RegionMembership(regions.map { $0.labels.compactMap { numbers[$0] } }),
        hasIgnoredVoxels: labels.ignoreLabel != nil)
    }
  }

  /// What a checkpoint says about labels that are not simply the numbers of the channels; nil where they are.
  var identity: String? {
    if table == nil, case .labels = channels { return nil }
    let values = numbers.sorted { $0.key < $1.key }.map { "\($0.key)" }.joined(separator: " ")
    return "labels \(values) as \(channels)"
  }
}
