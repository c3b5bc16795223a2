import Parallelism
import Tensors

/// Puts class numbers in the place of label values.
struct LabelRenumbering: Sendable {
  /// The number of every value, by the value's bits: every voxel of every patch is looked up.
  private let numbers: [Int16]

  /// - Parameter table: The number of every value that counts; others are ignored.
  init(_ table: [Int16: Int16]) {
    var numbers = [Int16](repeating: LabelBatch.ignored, count: 1 << 16)
    for (value, number) in table { numbers[Int(UInt16(bitPattern: value))] = number }
    self.numbers = numbers
  }

  /// Replaces values by their numbers.
  func apply(to labels: inout [Int16]) {
    labels.withUnsafeMutableBufferPointer { labels in
      nonisolated(unsafe) let labels = labels  // Every call changes a range of its own.
      parallelForRanges(labels.count, grain: 1 << 16) { range in
        for index in range { labels[index] = numbers[Int(UInt16(bitPattern: labels[index]))] }
      }
    }
  }
}
