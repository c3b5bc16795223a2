public import JSONDocuments

/// What `dataset.json` says: channels, labels, number of cases, kind of file.
///
/// The order of channels and labels is the file's and carries meaning. The Medical Segmentation
/// Decathlon's older form (`modality`, labels by number, a list of training files) is understood
/// and converted.
///
/// - Source: nnU-Net v2's dataset format; Simpson et al., arXiv:1902.09063, for the older one.
public struct DatasetDescription: Sendable, Equatable {
  /// Names of the input channels, in order; they choose the normalisation.
  public let channelNames: [String]
  /// The annotated structures.
  public let labels: LabelSet
  /// Number of training cases the file announces, or nil.
  public let numTraining: Int?
  /// How the names of image and label files end, such as `.nii.gz`, or nil.
  public let fileEnding: String?
  /// The document in nnU-Net v2's form with every field it had, for copying beside plans and
  /// models.
  public let document: JSONValue

  /// Reads a `dataset.json`.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``DatasetError`` naming the file and the field.
  public init(contentsOf path: String) throws(DatasetError) {
    let document: JSONValue
    do throws(JSONFileError) { document = try JSONValue(contentsOf: path) } catch {
      throw DatasetError(error)
    }
    try self.init(document, from: path)
  }

  /// Interprets a document.
  ///
  /// - Parameters:
  ///   - document: The document, in either form.
  ///   - path: Where it came from, for messages.
  /// - Throws: ``DatasetError``, the first of ``problems(in:from:)``.
  public init(_ document: JSONValue, from path: String) throws(DatasetError) {
    var reading = DescriptionReading(document: document, path: path)
    guard let result = reading.description() else {
      throw reading.problems.first
        ?? .wrongField(path: path, field: "", expected: "an object", found: "something else")
    }
    self = result
  }

  /// Everything that is wrong with a document, the first problem first.
  ///
  /// Fields that nnU-Net requires but that can be counted here (`numTraining`, `file_ending`) are
  /// among them.
  public static func problems(in document: JSONValue, from path: String) -> [DatasetError] {
    var reading = DescriptionReading(document: document, path: path)
    _ = reading.description()
    for field in ["numTraining", "file_ending"] where reading.document[field] == nil {
      reading.problems.append(.missingField(path: path, field: field))
    }
    return reading.problems
  }

  /// A description from its parts, without a file.
  ///
  /// - Parameters:
  ///   - channelNames: Names of the input channels, in order.
  ///   - labels: The annotated structures.
  ///   - numTraining: Number of training cases.
  ///   - fileEnding: How file names end.
  public init(channelNames: [String], labels: LabelSet, numTraining: Int, fileEnding: String) {
    self.channelNames = channelNames
    self.labels = labels
    self.numTraining = numTraining
    self.fileEnding = fileEnding
    var channels = JSONObject()
    for (index, name) in channelNames.enumerated() { channels[String(index)] = .string(name) }
    var structures = JSONObject()
    for structure in labels.structures {
      let values = structure.labels.map { JSONValue.integer($0) }
      structures[structure.name] = structure.isList ? .array(values) : values[0]
    }
    var object: JSONObject = [
      "channel_names": .object(channels), "labels": .object(structures),
    ]
    if case .regions(_, let order) = labels.heads {
      object["regions_class_order"] = .array(order.map { .integer($0) })
    }
    object["numTraining"] = .integer(numTraining)
    object["file_ending"] = .string(fileEnding)
    document = .object(object)
  }

  init(
    channelNames: [String], labels: LabelSet, numTraining: Int?, fileEnding: String?,
    document: JSONValue
  ) {
    self.channelNames = channelNames
    self.labels = labels
    self.numTraining = numTraining
    self.fileEnding = fileEnding
    self.document = document
  }
}

extension DatasetDescription {
  /// The reader nnU-Net would choose for these files, as plans name it.
  ///
  /// - Source: `overwrite_image_reader_writer`, or else the first reader that takes the file
  ///   ending.
  public var imageReaderName: String {
    if let name = document["overwrite_image_reader_writer"]?.string, name != "None" { return name }
    return switch (fileEnding ?? ".nii.gz").lowercased() {
    case ".png", ".bmp", ".tif": "NaturalImage2DIO"
    case ".tiff": "Tiff3DIO"
    case ".nii": "NibabelIO"
    default: "SimpleITKIO"
    }
  }
}
