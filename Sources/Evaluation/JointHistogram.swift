import Parallelism
import Volumes

/// How often every pair of a reference's and a prediction's label occurs, in one pass over both.
struct JointHistogram {
  /// The labels that are told apart; all others share the last row and column.
  let labels: [LabelMap.Label]
  /// Counts, `labels.count + 1` rows of reference labels by as many columns of predicted labels.
  private let counts: [Int]

  private var size: Int { labels.count + 1 }

  /// Voxels with the given places in `labels`; `labels.count` means any other label.
  subscript(reference: Int, prediction: Int) -> Int { counts[reference * size + prediction] }

  init(reference: [LabelMap.Label], prediction: [LabelMap.Label], labels: [LabelMap.Label]) {
    precondition(
      reference.count == prediction.count,
      "\(reference.count) reference voxels against \(prediction.count) predicted ones")
    self.labels = labels
    let size = labels.count + 1
    var rows = [UInt16](repeating: UInt16(labels.count), count: 1 << 16)
    for (index, label) in labels.enumerated() { rows[Int(label)] = UInt16(index) }
    // A chunk's voxels outnumber its table, so that many labels do not take much memory.
    let grain = max(1 << 18, 16 * size * size)
    let chunks = (reference.count + grain - 1) / grain
    let partial = [Int](unsafeUninitializedCapacity: chunks * size * size) { target, count in
      target.initialize(repeating: 0)
      count = target.count
      // Chunks write to disjoint tables.
      nonisolated(unsafe) let tables = target
      reference.withUnsafeBufferPointer { reference in
        prediction.withUnsafeBufferPointer { prediction in
          rows.withUnsafeBufferPointer { rows in
            parallelForRanges(reference.count, grain: grain) { range in
              let table = UnsafeMutableBufferPointer(
                rebasing: tables[(range.lowerBound / grain) * size * size..<tables.count])
              countPairs(
                UnsafeBufferPointer(rebasing: reference[range]),
                UnsafeBufferPointer(rebasing: prediction[range]), rows: rows, size: size,
                into: table)
            }
          }
        }
      }
    }
    var counts = [Int](repeating: 0, count: size * size)
    for (index, value) in partial.enumerated() { counts[index % (size * size)] += value }
    self.counts = counts
  }

  /// Counts of a structure, over the voxels whose reference label is not `ignoreLabel`.
  func counts(of structure: Structure, ignoring ignoreLabel: LabelMap.Label?) -> ConfusionCounts {
    let members = Set(structure.labels)
    var result = ConfusionCounts(
      truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0)
    for row in 0..<size {
      if row < labels.count, labels[row] == ignoreLabel { continue }
      let inReference = row < labels.count && members.contains(labels[row])
      for column in 0..<size {
        let inPrediction = column < labels.count && members.contains(labels[column])
        switch (inReference, inPrediction) {
        case (true, true): result.truePositives += self[row, column]
        case (false, true): result.falsePositives += self[row, column]
        case (true, false): result.falseNegatives += self[row, column]
        case (false, false): result.trueNegatives += self[row, column]
        }
      }
    }
    return result
  }
}

/// Adds the pairs of two equally long runs of voxels to a table.
private func countPairs(
  _ reference: UnsafeBufferPointer<UInt16>, _ prediction: UnsafeBufferPointer<UInt16>,
  rows: UnsafeBufferPointer<UInt16>, size: Int, into table: UnsafeMutableBufferPointer<Int>
) {
  guard let a = UnsafeRawPointer(reference.baseAddress),
    let b = UnsafeRawPointer(prediction.baseAddress)
  else { return }
  let fourfold: UInt64 = 0x0001_0001_0001_0001
  var position = 0
  // Label maps are constant nearly everywhere: 32 voxels of one pair are counted at once.
  while position + 32 <= reference.count {
    let (first, second) = (reference[position], prediction[position])
    // Four labels to a word.
    let (left, right) = (UInt64(first) &* fourfold, UInt64(second) &* fourfold)
    var difference: UInt64 = 0
    for word in 0..<8 {
      let offset = 2 &* position &+ 8 &* word
      difference |= a.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ left
      difference |= b.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ right
    }
    if difference == 0 {
      table[Int(rows[Int(first)]) * size + Int(rows[Int(second)])] += 32
    } else {
      for index in position..<position + 32 {
        table[Int(rows[Int(reference[index])]) * size + Int(rows[Int(prediction[index])])] += 1
      }
    }
    position += 32
  }
  for index in position..<reference.count {
    table[Int(rows[Int(reference[index])]) * size + Int(rows[Int(prediction[index])])] += 1
  }
}
