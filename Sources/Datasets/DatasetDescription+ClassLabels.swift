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
}
