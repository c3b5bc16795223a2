public import JSONDocuments

/// What a planner must know of a dataset: extents, spacings and intensities of its cases.
///
/// - Source: nnU-Net v2's `dataset_fingerprint.json`.
public struct Fingerprint: Sendable, Equatable {
  /// Extent of every case's non-zero region, along the axes (z, y, x), in the order of the cases.
  public let shapesAfterCrop: [[Int]]
  /// Spacing of every case in mm along the same axes.
  public let spacings: [[Double]]
  /// Intensities of the labelled voxels, channel by channel.
  public let foregroundIntensities: [IntensityStatistics]
  /// Median over the cases of the part of the image that the non-zero region's box holds.
  public let medianRelativeSizeAfterCropping: Double

  /// A fingerprint from its parts.
  ///
  /// - Parameters:
  ///   - shapesAfterCrop: One extent (z, y, x) per case, at least one case.
  ///   - spacings: One spacing (z, y, x) per case.
  ///   - foregroundIntensities: One entry per channel.
  ///   - medianRelativeSizeAfterCropping: From 0 to 1.
  public init(
    shapesAfterCrop: [[Int]], spacings: [[Double]], foregroundIntensities: [IntensityStatistics],
    medianRelativeSizeAfterCropping: Double
  ) {
    precondition(
      !spacings.isEmpty && shapesAfterCrop.count == spacings.count
        && shapesAfterCrop.allSatisfy { $0.count == 3 } && spacings.allSatisfy { $0.count == 3 },
      "\(shapesAfterCrop.count) extents and \(spacings.count) spacings make no fingerprint")
    self.shapesAfterCrop = shapesAfterCrop
    self.spacings = spacings
    self.foregroundIntensities = foregroundIntensities
    self.medianRelativeSizeAfterCropping = medianRelativeSizeAfterCropping
  }

  /// Reads a `dataset_fingerprint.json`.
  ///
  /// - Throws: ``PlanningError`` naming the file and the field.
  public init(contentsOf path: String) throws(PlanningError) {
    try self.init(try FieldReader.document(at: path), from: path)
  }

  /// Interprets a document.
  ///
  /// - Parameters:
  ///   - document: The document.
  ///   - file: Where it came from, for messages.
  /// - Throws: ``PlanningError`` naming the field.
  public init(_ document: JSONValue, from file: String) throws(PlanningError) {
    let fields = try FieldReader(document, file: file)
    let shapes = try Self.table(
      fields, "shapes_after_crop", "whole numbers", in: PlausibleRange.length, \.ints)
    let spacings = try Self.table(
      fields, "spacings", "numbers", in: PlausibleRange.spacing, \.doubles)
    guard shapes.count == spacings.count else {
      throw .wrongField(
        file: file, field: "spacings", expected: "\(shapes.count) entries, one per case",
        found: "\(spacings.count)")
    }
    self.init(
      shapesAfterCrop: shapes, spacings: spacings,
      foregroundIntensities: try IntensityStatistics.all(
        try fields.object("foreground_intensity_properties_per_channel")),
      medianRelativeSizeAfterCropping: try fields.positive("median_relative_size_after_cropping"))
  }

  /// Three numbers per case; the first entry that is wrong is the one that is named.
  private static func table<Number: Comparable>(
    _ fields: FieldReader, _ field: String, _ kind: String, in range: ClosedRange<Number>,
    _ numbers: (JSONValue) -> [Number]?
  ) throws(PlanningError) -> [[Number]] {
    let rows = try fields.value(field, "a list of three \(kind) per case") {
      $0.array.flatMap { $0.isEmpty ? nil : $0 }
    }
    var table: [[Number]] = []
    for (index, row) in rows.enumerated() {
      guard let list = FieldReader.checked(numbers(row), 3, range.contains) else {
        throw .wrongField(
          file: fields.file, field: "\(field)[\(index)]",
          expected: "three \(kind) from \(range.lowerBound) to \(range.upperBound)",
          found: FieldReader.excerpt(row))
      }
      table.append(list)
    }
    return table
  }

  /// The document nnU-Net writes for this fingerprint.
  public var document: JSONValue {
    [
      "foreground_intensity_properties_per_channel": IntensityStatistics.document(
        foregroundIntensities),
      "median_relative_size_after_cropping": .number(medianRelativeSizeAfterCropping),
      "shapes_after_crop": .array(
        shapesAfterCrop.map { .array($0.map { .integer($0) }) }),
      "spacings": .array(spacings.map { .array($0.map { .number($0) }) }),
    ]
  }
}
