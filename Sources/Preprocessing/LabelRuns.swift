/// Where labels stand, as runs of equal neighbours in memory: far fewer than voxels, and quick to
/// find.
struct LabelRuns {
  /// The voxels of some labels, numbered by label and, within a label, by position.
  struct Voxels {
    /// First position of every run.
    fileprivate var starts: [Int32] = []
    /// Number of voxels in the runs before.
    fileprivate var ranks: [Int32] = []
    /// Number of voxels.
    private(set) var count = 0

    fileprivate mutating func append(_ run: Range<Int>) {
      starts.append(Int32(run.lowerBound))
      ranks.append(Int32(count))
      count += run.count
    }

    fileprivate mutating func append(_ other: Voxels) {
      starts += other.starts
      ranks += other.ranks.map { $0 + Int32(count) }
      count += other.count
    }

    /// The position in memory of a voxel.
    func position(ofRank rank: Int32) -> Int32 {
      // The last run that begins at or before the rank.
      var (lower, upper) = (0, ranks.count)
      while upper - lower > 1 {
        let middle = (lower + upper) / 2
        if ranks[middle] <= rank { lower = middle } else { upper = middle }
      }
      return starts[lower] + rank - ranks[lower]
    }
  }

  private var byLabel: [Int16: Voxels]

  /// Finds the runs of the wanted labels.
  init(of wanted: Set<Int16>, in labels: [Int16]) {
    let ordered = wanted.sorted()
    var slots = [Int](repeating: -1, count: 1 << 16)
    for (slot, label) in ordered.enumerated() { slots[Int(UInt16(bitPattern: label))] = slot }
    var found = [Voxels](repeating: Voxels(), count: ordered.count)
    labels.withUnsafeBufferPointer { labels in
      var start = 0
      while start < labels.count {
        let end = Self.endOfRun(labels, from: start)
        let slot = slots[Int(UInt16(bitPattern: labels[start]))]
        if slot >= 0 { found[slot].append(start..<end) }
        start = end
      }
    }
    byLabel = Dictionary(uniqueKeysWithValues: zip(ordered, found))
  }

  /// The voxels of several labels, one label after another.
  func voxels(of labels: [Int16]) -> Voxels {
    var result = Voxels()
    for label in labels { if let found = byLabel[label] { result.append(found) } }
    return result
  }

  private static func endOfRun(_ labels: UnsafeBufferPointer<Int16>, from start: Int) -> Int {
    let label = labels[start]
    var end = start + 1
    guard let base = UnsafeRawPointer(labels.baseAddress) else { return end }
    let wide = SIMD16<Int16>(repeating: label)
    while end + 16 <= labels.count,
      base.loadUnaligned(fromByteOffset: 2 * end, as: SIMD16<Int16>.self) == wide
    {
      end += 16
    }
    while end < labels.count, labels[end] == label { end += 1 }
    return end
  }
}
