/// The structures that a dataset annotates, in the order of its `dataset.json`.
///
/// Every structure has one number in the label files, or, where the dataset trains on regions, is
/// the union of several (the whole tumour is oedema, core and necrosis). The name `ignore` marks
/// voxels nobody has annotated; it is never a structure to predict.
///
/// - Source: nnU-Net v2's `dataset.json` and label manager.
public struct LabelSet: Sendable, Equatable {
  /// A name of `dataset.json` and the labels it stands for.
  public struct Structure: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The labels, in the order of the file; one, unless the structure is a region.
    public let labels: [Int]
    /// Whether the file has a list of labels, be it of one, rather than a number; it names the
    /// structure's scores.
    public let isList: Bool

    /// A structure from its name and labels.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - labels: The labels, at least one.
    ///   - isList: Whether the file has a list; nil for one of several labels.
    public init(name: String, labels: [Int], isList: Bool? = nil) {
      self.name = name
      self.labels = labels
      self.isList = isList ?? (labels.count > 1)
    }
  }

  /// What the network's output channels stand for.
  public enum Heads: Sendable, Equatable {
    /// One channel per label in ascending order, background first: a softmax, of which the largest
    /// wins.
    case labels([Int])
    /// One channel per region: a sigmoid each; regions above one half are painted one after another
    /// with the given labels.
    case regions([Structure], paintedAs: [Int])

    /// Number of output channels.
    public var count: Int {
      switch self {
      case .labels(let labels): labels.count
      case .regions(let regions, _): regions.count
      }
    }
  }

  /// Every name of the file with its labels, in order, background and `ignore` included.
  public let structures: [Structure]
  /// The output channels of a network for these labels.
  public let heads: Heads
  /// The label of voxels that nobody has annotated, or nil.
  public let ignoreLabel: Int?

  /// A label set from the structures of a file.
  ///
  /// - Parameters:
  ///   - structures: Names and labels in the order of the file; `background` must be 0.
  ///   - regionsClassOrder: The label with which each region is painted; needed if a structure has
  ///     several labels.
  /// - Throws: ``LabelSetProblem`` saying which rule is broken.
  public init(
    structures: [Structure], regionsClassOrder: [Int]? = nil
  ) throws(LabelSetProblem) {
    self.structures = structures
    guard let background = structures.first(where: { $0.name == "background" }) else {
      throw .noBackground
    }
    guard background.labels == [0] else { throw .backgroundIsNotZero(background.labels) }
    for structure in structures where structure.labels.contains(where: { !(0...32767 ~= $0) }) {
      throw .labelOutOfRange(structure.name)
    }

    let labels = Set(structures.filter { $0.name != "ignore" }.flatMap(\.labels)).sorted()
    let ignore = structures.first { $0.name == "ignore" }
    if let ignore, ignore.labels != [(labels.last ?? 0) + 1] {
      throw .ignoreIsNotLast(ignore.labels, expected: (labels.last ?? 0) + 1)
    }
    ignoreLabel = ignore?.labels.first

    guard structures.contains(where: { $0.labels.count > 1 }) else {
      heads = .labels(labels)
      return
    }
    let regions = structures.filter { $0.name != "ignore" && Set($0.labels) != [0] }
    guard let order = regionsClassOrder else { throw .noRegionsClassOrder }
    guard order.count == regions.count else {
      throw .regionsClassOrder(count: order.count, regions: regions.count)
    }
    if let label = order.first(where: { !(0...32767 ~= $0) }) { throw .paintedOutOfRange(label) }
    heads = .regions(regions, paintedAs: order)
  }

  /// Every label a voxel may have, ascending, without the ignore label.
  public var labels: [Int] {
    Set(structures.filter { $0.name != "ignore" }.flatMap(\.labels)).sorted()
  }

  /// Every label but background and ignore, ascending.
  public var foregroundLabels: [Int] { labels.filter { $0 != 0 } }

  /// Every value that may occur in a label file, ascending: the labels and the ignore label.
  public var permittedValues: [Int] { labels + (ignoreLabel.map { [$0] } ?? []) }

  /// Every value that may occur in a mask, ascending: the labels, or those that regions are painted with.
  public var maskValues: [Int] {
    switch heads {
    case .labels(let labels): labels
    case .regions(_, let painted): Set(painted + [0]).sorted()
    }
  }

  /// Whether the network learns overlapping regions instead of exclusive labels.
  public var usesRegions: Bool { if case .regions = heads { true } else { false } }

  /// What an evaluation counts: the regions, or else one structure per foreground label.
  public var evaluated: [Structure] {
    switch heads {
    case .regions(let regions, _): regions
    case .labels: foregroundLabels.map { Structure(name: name(of: $0), labels: [$0]) }
    }
  }

  /// The name of a label: that of the structure which is this label alone, or else its number.
  public func name(of label: Int) -> String {
    structures.first { $0.labels == [label] }?.name ?? String(label)
  }
}

/// A rule about labels that a `dataset.json` breaks.
public enum LabelSetProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is no structure named `background`.
  case noBackground
  /// `background` is not the label 0.
  case backgroundIsNotZero([Int])
  /// A structure has a label below 0 or above 32767.
  case labelOutOfRange(String)
  /// The ignore label is not the one after the largest label.
  case ignoreIsNotLast([Int], expected: Int)
  /// A structure is a region, but no order of painting is given.
  case noRegionsClassOrder
  /// A region is painted with a label below 0 or above 32767.
  case paintedOutOfRange(Int)
  /// The order of painting has not one entry per region.
  case regionsClassOrder(count: Int, regions: Int)

  /// The broken rule and its cure, on one line.
  public var description: String {
    switch self {
    case .noBackground: "no label is named \"background\"; add \"background\": 0"
    case .backgroundIsNotZero(let found): "\"background\" must be 0, found \(found)"
    case .labelOutOfRange(let name): "\"\(name)\" has a label outside 0 ... 32767"
    case .ignoreIsNotLast(let found, let expected):
      "\"ignore\" must be one whole number, the one after the largest label: expected \(expected), "
        + "found \(found)"
    case .noRegionsClassOrder:
      "a label is a list, which makes it a region: "
        + "add \"regions_class_order\", one label per region"
    case .paintedOutOfRange(let label):
      "\"regions_class_order\" has the label \(label), which is outside 0 ... 32767"
    case .regionsClassOrder(let count, let regions):
      "\"regions_class_order\" has \(count) entries for \(regions) regions; give one per region"
    }
  }
}
