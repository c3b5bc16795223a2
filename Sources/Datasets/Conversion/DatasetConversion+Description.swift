import FileOutput
import JSONDocuments

extension DatasetConversion {
  /// The new `dataset.json`.
  var document: DatasetDescription {
    var object = source.description.document.object ?? [:]
    var channels = JSONObject()
    for (index, name) in source.description.channelNames.enumerated() {
      channels[String(index)] = .string(name)
    }
    object["channel_names"] = .object(channels)
    for field in ["modality", "dataset", "training", "test", "numTest", "tensorImageSize"] {
      object[field] = nil
    }
    if fileEnding != source.fileEnding { object["overwrite_image_reader_writer"] = nil }
    let short = Self.shortName(of: target)
    object["name"] = .string(settings.name ?? object["name"]?.string ?? short)
    object["numTraining"] = .integer(training.count)
    object["file_ending"] = .string(fileEnding)
    return DatasetDescription(
      channelNames: source.description.channelNames, labels: source.description.labels,
      numTraining: training.count, fileEnding: fileEnding, document: .object(object))
  }

  /// Whether a folder of this name is found by nnU-Net.
  static func isDatasetName(_ name: String) -> Bool {
    let digits = name.dropFirst(7).prefix(3)
    return name.hasPrefix("Dataset") && digits.count == 3
      && digits.allSatisfy { ("0"..."9").contains($0) } && name.dropFirst(10).hasPrefix("_")
      && name.count > 11
  }

  /// The part of a folder's or table's name that says what it is about: `Hippocampus` of
  /// `Task04_Hippocampus`.
  static func shortName(of path: String) -> String {
    let name = FileName.last(of: path)
    let stem = name.dropLast(
      FileName.ending(of: path).lowercased() == ".csv" ? FileName.ending(of: name).count : 0)
    guard let mark = stem.firstIndex(of: "_"),
      stem.hasPrefix("Task") || stem.hasPrefix("Dataset"),
      stem[..<mark].suffix(2).allSatisfy({ ("0"..."9").contains($0) })
    else { return String(stem) }
    return String(stem[stem.index(after: mark)...])
  }

  /// The ending that all files have, if nnU-Net reads such files; otherwise `.nii.gz`.
  static func commonEnding(of cases: [Case]) -> String {
    let paths = cases.flatMap { $0.images + ($0.labels.map { [$0] } ?? []) }
    let endings = Set(paths.map { FileName.ending(of: $0).lowercased() })
    guard endings.count == 1, let ending = endings.first,
      [".nii.gz", ".nii", ".nrrd", ".mha", ".png", ".tif", ".tiff"].contains(ending)
    else { return ".nii.gz" }
    return ending
  }
}

extension DatasetError {
  /// Why a new dataset cannot be written.
  static func conversion(_ error: FileOutputError) -> DatasetError {
    switch error {
    case .exists(let path):
      .conversion(
        path: path,
        problem: "exists already and is left as it is; choose another --output, or move it away")
    default: .unwritable(error)
    }
  }

  /// A failure to write, whose text names the file.
  private static func unwritable(_ error: FileOutputError) -> DatasetError {
    let text = error.description
    guard let colon = text.firstRange(of: ": ") else { return .conversion(path: "", problem: text) }
    return .conversion(
      path: String(text[..<colon.lowerBound]), problem: String(text[colon.upperBound...]))
  }
}

extension CaseGroups {
  /// The same groups, with more cases that stand alone unless they have a line.
  func adding(_ cases: [String]) -> CaseGroups {
    CaseGroups(
      path: path,
      groups: groups.merging(cases.map { ($0, "") }, uniquingKeysWith: { old, _ in old }))
  }
}
