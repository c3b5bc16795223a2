/// Regions that may overlap, each a set of labels, which a network predicts one channel each.
public struct RegionMembership: Hashable, Sendable {
  /// The labels of each region, ascending, neighbouring numbers joined.
  let runs: [[ClosedRange<Int16>]]

  /// Number of regions.
  public var count: Int { runs.count }

  /// Regions from their labels.
  ///
  /// - Parameter regions: For each region its labels, numbers as in ``LabelBatch``, in any order.
  public init(_ regions: [[Int16]]) {
    precondition(
      regions.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0 >= 0 } },
      "regions of no label, or of negative ones: \(regions)")
    runs = regions.map { labels in
      var runs: [ClosedRange<Int16>] = []
      for label in Set(labels).sorted() {
        if let last = runs.last, last.upperBound + 1 == label {
          runs[runs.count - 1] = last.lowerBound...label
        } else {
          runs.append(label...label)
        }
      }
      return runs
    }
  }

  /// Whether a label belongs to a region.
  public func contains(_ label: Int16, in region: Int) -> Bool {
    runs[region].contains { $0.contains(label) }
  }
}
