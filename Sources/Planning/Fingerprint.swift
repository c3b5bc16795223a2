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
    let document: JSONValue
    do throws(JSONFileError) { document = try JSONValue(contentsOf: path) } catch {
      throw .file(error)
    }
    try self.init(document, from: path)
  }

  /// Interprets a document.
  ///
  /// - Parameters:
  ///   - document: The document.
  ///   - file: Where it came from, for messages.
  /// - Throws: ``PlanningError`` naming the field.
  public init(_ document: JSONValue, from file: String) throws(PlanningError) {
    let fields = try FieldReader(document, file: file)
    let shapes = try fields.value("shapes_after_crop", "a list of three whole numbers per case") {
      Self.rows($0) { FieldReader.checked($0.ints, 3) { $0 >= 1 } }
    }
    let spacings = try fields.value("spacings", "a list of three numbers above 0 per case") {
      Self.rows($0) { FieldReader.checked($0.doubles, 3) { $0 > 0 && $0.isFinite } }
    }
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

  private static func rows<Number>(
    _ value: JSONValue, _ convert: (JSONValue) -> [Number]?
  ) -> [[Number]]? {
    guard let array = value.array, !array.isEmpty else { return nil }
    let rows = array.compactMap(convert)
    return rows.count == array.count ? rows : nil
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
