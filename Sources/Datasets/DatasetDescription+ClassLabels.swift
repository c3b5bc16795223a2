import JSONDocuments

extension DatasetDescription {
  /// The field of a model's `dataset.json` that says which label each channel of the network stands
  /// for.
  static let classLabelsField = "class_labels"

  /// The description as it is kept beside a model: where labels have gaps between them, with the
  /// label of each channel under `class_labels`.
  ///
  /// The network knows labels by their places among all of them, in ascending order; a mask gets
  /// their values back.
  public var documentingClassLabels: DatasetDescription {
    guard case .labels(let values) = labels.heads, values != Array(0..<values.count),
      var object = document.object
    else { return self }
    object[Self.classLabelsField] = .array(values.map { .integer($0) })
    return DatasetDescription(
      channelNames: channelNames, labels: labels, numTraining: numTraining, fileEnding: fileEnding,
      document: .object(object))
  }

  /// The field of an exported `dataset.json` that keeps the labels as they were.
  static let originalLabelsField = "original_labels"

  /// The description with labels that have no gaps between them, as nnU-Net's masks have; the labels as
  /// they were stay under `original_labels`.
  ///
  /// nnU-Net writes the place of a label among all of them, in ascending order, in place of its value.
  /// Regions are painted with their values and stay as they are.
  public var withConsecutiveLabels: DatasetDescription {
    guard case .labels(let values) = labels.heads, values != Array(0..<values.count),
      var object = document.object, let written = object["labels"]?.object
    else { return self }
    let places = Dictionary(
      uniqueKeysWithValues: labels.permittedValues.enumerated().map { ($1, $0) })
    let structures = labels.structures.map { structure in
      LabelSet.Structure(
        name: structure.name, labels: structure.labels.compactMap { places[$0] },
        isList: structure.isList)
    }
    guard let consecutive = try? LabelSet(structures: structures) else { return self }
    var renumbered = written
    for structure in structures {
      let numbers = structure.labels.map { JSONValue.integer($0) }
      renumbered[structure.name] = structure.isList ? .array(numbers) : numbers[0]
    }
    object["labels"] = .object(renumbered)
    object[Self.classLabelsField] = nil
    object[Self.originalLabelsField] = .object(written)
    return DatasetDescription(
      channelNames: channelNames, labels: consecutive, numTraining: numTraining,
      fileEnding: fileEnding, document: .object(object))
  }
}
