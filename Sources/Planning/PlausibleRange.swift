import JSONDocuments

/// Ranges outside of which numbers in a fingerprint, a preset or a plan are mistakes.
///
/// Inside them no size that is computed from the numbers overflows, and whether it fits into memory
/// can be told.
enum PlausibleRange {
  /// Spacing in mm: from a nanometre on; a flat picture's third axis is a thousand times as long as
  /// the others.
  static let spacing = 1e-6...1e9
  /// Voxels of an image along an axis.
  static let length = 1...1 << 20
  /// Median number of voxels along an axis, which may end in .5.
  static let medianLength = 1.0...Double(length.upperBound)
  /// Features of a stage.
  static let features = 1...65536
  /// Convolutions or blocks of a stage.
  static let depth = 1...256
  /// Patches of a step.
  static let batch = 1...1 << 24
  /// Memory in GB.
  static let memory = 1e-6...1e6
}

extension FieldReader {
  /// A whole number in a range.
  func int(_ field: String, in range: ClosedRange<Int>) throws(PlanningError) -> Int {
    try value(field, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
      $0.int.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A list of so many numbers in a range.
  func numbers(
    _ field: String, _ length: Int, in range: ClosedRange<Double>
  ) throws(PlanningError) -> [Double] {
    try value(
      field, "a list of \(length) numbers from \(range.lowerBound) to \(range.upperBound)"
    ) { Self.checked($0.doubles, length, range.contains) }
  }

  /// A list of at least one whole number in a range.
  func ints(_ field: String, in range: ClosedRange<Int>) throws(PlanningError) -> [Int] {
    try value(
      field, "a list of whole numbers from \(range.lowerBound) to \(range.upperBound)"
    ) { Self.checked($0.ints, nil, range.contains).flatMap { $0.isEmpty ? nil : $0 } }
  }
}
