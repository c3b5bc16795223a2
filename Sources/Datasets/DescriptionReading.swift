import JSONDocuments

/// One reading of a `dataset.json`, which collects problems instead of stopping at the first.
struct DescriptionReading {
  /// In nnU-Net v2's form.
  let document: JSONValue
  let path: String
  var problems: [DatasetError] = []

  init(document: JSONValue, path: String) {
    self.document = Self.modernised(document)
    self.path = path
  }

  /// Whether the document lists its training files itself, as the Decathlon's do.
  static func isDecathlon(_ document: JSONValue) -> Bool {
    document["file_ending"] == nil && document["training"]?.array != nil
  }

  /// The Decathlon's form turned into nnU-Net v2's; any other document as it is.
  static func modernised(_ document: JSONValue) -> JSONValue {
    guard isDecathlon(document), let old = document.object else { return document }
    var result = JSONObject()
    result["channel_names"] = old["channel_names"] ?? old["modality"]
    var labels = JSONObject()
    for (key, value) in old["labels"]?.object?.members ?? [] {
      // The Decathlon writes {"1": "Anterior"}, and "Background" in several spellings. What cannot be
      // turned round, such as a second label of one name, stays as it is and is then refused.
      guard let text = value.string, let label = Int(key) else {
        labels[key] = value
        continue
      }
      let name = label == 0 ? "background" : text
      if labels[name] == nil { labels[name] = .integer(label) } else { labels[key] = value }
    }
    result["labels"] = .object(labels)
    let training = old["training"]?.array ?? []
    result["numTraining"] = old["numTraining"] ?? .integer(training.count)
    result["file_ending"] = .string(
      training.first?["image"]?.string.map(FileName.ending(of:)) ?? ".nii.gz")
    for (name, value) in old.members
    where !["modality", "training", "test", "numTest"].contains(name) && result[name] == nil {
      result[name] = value
    }
    return .object(result)
  }

  mutating func description() -> DatasetDescription? {
    guard document.object != nil else {
      problems.append(
        .wrongField(path: path, field: "", expected: "an object", found: Self.excerpt(document)))
      return nil
    }
    let channels = channelNames()
    let labels = labelSet()
    let count = optional("numTraining", expected: "a whole number of at least 0") {
      $0.int.flatMap { $0 >= 0 ? $0 : nil }
    }
    let ending = optional("file_ending", expected: "text such as \".nii.gz\"") { $0.string }
    guard problems.isEmpty, let channels, let labels else { return nil }
    return DatasetDescription(
      channelNames: channels, labels: labels, numTraining: count, fileEnding: ending,
      document: document)
  }

  private mutating func channelNames() -> [String]? {
    guard let value = document["channel_names"] ?? document["modality"] else {
      problems.append(.missingField(path: path, field: "channel_names"))
      return nil
    }
    let names = value.object?.members.compactMap(\.value.string)
    guard let names, !names.isEmpty, names.count == value.object?.members.count else {
      problems.append(
        .wrongField(
          path: path, field: "channel_names", expected: "an object such as {\"0\": \"T1\"}",
          found: Self.excerpt(value)))
      return nil
    }
    return names
  }

  private mutating func labelSet() -> LabelSet? {
    guard let value = document["labels"] else {
      problems.append(.missingField(path: path, field: "labels"))
      return nil
    }
    var structures: [LabelSet.Structure] = []
    for (name, label) in value.object?.members ?? [] {
      if let labels = label.int.map({ [$0] }) ?? label.ints, !labels.isEmpty {
        structures.append(.init(name: name, labels: labels, isList: label.int == nil))
      } else {
        problems.append(
          .wrongField(
            path: path, field: "labels.\(name)",
            expected: "a whole number or a list of whole numbers", found: Self.excerpt(label)))
      }
    }
    guard !structures.isEmpty || value.object?.members.isEmpty == true else {
      if value.object == nil {
        problems.append(
          .wrongField(
            path: path, field: "labels", expected: "an object such as {\"background\": 0}",
            found: Self.excerpt(value)))
      }
      return nil
    }
    let order = optional("regions_class_order", expected: "a list of whole numbers") { $0.ints }
    do throws(LabelSetProblem) {
      let labels = try LabelSet(structures: structures, regionsClassOrder: order)
      checkClassLabels(labels)
      return labels
    } catch {
      problems.append(.labels(path: path, error))
      return nil
    }
  }

  /// A model's record of its channels must still be true of the labels.
  private mutating func checkClassLabels(_ labels: LabelSet) {
    let field = DatasetDescription.classLabelsField
    guard let recorded = document[field], case .labels(let values) = labels.heads,
      recorded.ints != values
    else { return }
    problems.append(
      .wrongField(
        path: path, field: field,
        expected: "the labels in ascending order, \(values); restore those it was trained with",
        found: Self.excerpt(recorded)))
  }

  private mutating func optional<Value>(
    _ field: String, expected: String, _ convert: (JSONValue) -> Value?
  ) -> Value? {
    guard let value = document[field], value != .null else { return nil }
    if let converted = convert(value) { return converted }
    problems.append(
      .wrongField(path: path, field: field, expected: expected, found: Self.excerpt(value)))
    return nil
  }

  static func excerpt(_ value: JSONValue) -> String {
    let text = value.text(.compact)
    return text.count > 60 ? text.prefix(57) + "..." : text
  }
}
