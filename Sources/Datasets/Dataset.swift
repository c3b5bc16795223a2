import JSONDocuments

/// A collection of labelled cases and what its description says about them.
///
/// Three forms are read: nnU-Net v2's folder (`dataset.json`, `imagesTr`, `labelsTr`; or files listed under the key `dataset`), the
/// Medical Segmentation Decathlon's folder (4-D images), and a table in CSV.
public struct Dataset: Sendable {
  /// Name of its folder, or of its table without the ending.
  public let name: String
  /// The folder, or the folder of the table.
  public let folder: String
  /// Channels and labels.
  public let description: DatasetDescription
  /// The training cases: sorted by name in a folder, otherwise in the order of the file.
  public let cases: [Case]

  /// A dataset from its parts.
  public init(name: String, folder: String, description: DatasetDescription, cases: [Case]) {
    self.name = name
    self.folder = folder
    self.description = description
    self.cases = cases
  }

  /// Opens a dataset; no image is read, except that a table without a `dataset.json` beside it has its label files scanned.
  ///
  /// - Parameters:
  ///   - path: A folder with a `dataset.json`, or a CSV table.
  ///   - variables: Values of the `$NAME`s in paths under the key `dataset`, such as the process's environment.
  /// - Throws: ``DatasetError`` naming the file and the field.
  public init(
    contentsOf path: String, variables: [String: String] = [:]
  ) throws(DatasetError) {
    if FileName.ending(of: path).lowercased() == ".csv" {
      try self.init(table: path)
      return
    }
    guard Folder.isFolder(path) else {
      throw .unreadable(
        path: path, reason: "neither a folder with a dataset.json nor a CSV table")
    }
    let description = try DatasetDescription(contentsOf: FileName.join(path, "dataset.json"))
    let layout = DatasetLayout(folder: path, description: description, variables: variables)
    let cases = try layout.cases()
    guard !cases.isEmpty else {
      throw .noCases(path: path, expected: layout.expectation)
    }
    self.init(
      name: FileName.last(of: path), folder: path, description: description, cases: cases)
  }

  /// How the names of image and label files end: as described, or else as the first image's.
  public var fileEnding: String {
    description.fileEnding
      ?? cases.first?.images.first.map(FileName.ending(of:)) ?? ".nii.gz"
  }

  /// The number of training cases announced, or else counted.
  public var numTraining: Int { description.numTraining ?? cases.count }

  /// The groups of the cases that have one, for ``CrossValidationSplits``.
  public var groups: [String: String] {
    Dictionary(
      cases.compactMap { entry in entry.group.map { (entry.id, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// Names of all cases, in order.
  public var caseNames: [String] { cases.map(\.id) }
}

/// Where the files of a folder's cases are.
struct DatasetLayout {
  let folder: String
  let description: DatasetDescription
  let variables: [String: String]

  private var ending: String { description.fileEnding ?? ".nii.gz" }
  private var imageFolder: String { FileName.join(folder, "imagesTr") }
  private var labelFolder: String { FileName.join(folder, "labelsTr") }

  /// What must be there for a case to be found.
  var expectation: String {
    if description.document["dataset"] != nil { return "entries under the key \"dataset\"" }
    return "imagesTr/CASE_0000\(ending) and labelsTr/CASE\(ending)"
  }

  func cases() throws(DatasetError) -> [Case] {
    if let listed = description.document["dataset"] { return try listedCases(listed) }
    let images = try Case.images(in: imageFolder, fileEnding: ending)
    if !images.isEmpty { return images.map { labelled($0) } }
    // The Decathlon keeps all channels in one 4-D file without a channel number.
    return try Folder.names(in: imageFolder).filter { $0.hasSuffix(ending) }
      .map { name in
        labelled(
          Case(
            id: String(name.dropLast(ending.count)), images: [FileName.join(imageFolder, name)]))
      }
  }

  /// The case with the path its label file must have, whether it is there or not.
  private func labelled(_ images: Case) -> Case {
    Case(
      id: images.id, images: images.images,
      labels: FileName.join(labelFolder, images.id + ending))
  }

  private func listedCases(_ listed: JSONValue) throws(DatasetError) -> [Case] {
    let path = FileName.join(folder, "dataset.json")
    guard let members = listed.object?.members else {
      throw .wrongField(
        path: path, field: "dataset", expected: "an object of cases",
        found: DescriptionReading.excerpt(listed))
    }
    var cases: [Case] = []
    for (id, entry) in members {
      guard let images = entry["images"]?.strings, !images.isEmpty,
        let labels = entry["label"]?.string
      else {
        throw .wrongField(
          path: path, field: "dataset.\(id)",
          expected: "{\"images\": [files], \"label\": file}",
          found: DescriptionReading.excerpt(entry))
      }
      cases.append(
        Case(
          id: id, images: images.map { FileName.join(folder, expanded($0)) },
          labels: FileName.join(folder, expanded(labels))))
    }
    return cases
  }

  /// A path with `$NAME` and `${NAME}` replaced; unknown names stay as they are.
  func expanded(_ path: String) -> String {
    var result = ""
    var rest = path[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let braced = rest.first == "{"
      let body = braced ? rest.dropFirst() : rest
      let name = body.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      let after = body[name.endIndex...]
      guard !name.isEmpty, !braced || after.first == "}", let value = variables[String(name)]
      else {
        result += "$"
        continue
      }
      result += value
      rest = braced ? after.dropFirst() : after
    }
    return result + rest
  }
}
