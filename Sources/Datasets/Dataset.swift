import JSONDocuments

/// A collection of labelled cases and what its description says about them.
///
/// Three forms are read: nnU-Net v2's folder (`dataset.json`, `imagesTr`, `labelsTr`; or files
/// listed under the key `dataset`), the Medical Segmentation Decathlon's folder (4-D images), and a
/// table in CSV.
public struct Dataset: Sendable {
  /// Name of its folder, or of its table without the ending.
  public let name: String
  /// The folder, or the folder of the table.
  public let folder: String
  /// The folder or the table that it was opened at.
  public let path: String
  /// Channels and labels.
  public let description: DatasetDescription
  /// The training cases: sorted by name in a folder, otherwise in the order of the file.
  public let cases: [Case]

  /// A dataset from its parts, in a folder.
  public init(name: String, folder: String, description: DatasetDescription, cases: [Case]) {
    self.init(name: name, path: folder, description: description, cases: cases)
  }

  /// A dataset from its parts, at the path of its folder or of its table.
  init(name: String, path: String, description: DatasetDescription, cases: [Case]) {
    self.name = name
    self.path = path
    folder =
      FileName.ending(of: path).lowercased() == ".csv" ? FileName.folder(of: path) : path
    self.description = description
    self.cases = cases
  }

  /// Opens a dataset; no image is read, except that a table without a `dataset.json` beside it has
  /// its label files scanned.
  ///
  /// - Parameters:
  ///   - path: A folder with a `dataset.json`, or a CSV table.
  ///   - variables: Values of the `$NAME`s in paths under the key `dataset`, such as the process's
  ///     environment.
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
    let file = FileName.join(path, "dataset.json")
    let written: JSONValue
    do throws(JSONFileError) { written = try JSONValue(contentsOf: file) } catch {
      throw DatasetError(error)
    }
    let description = try DatasetDescription(written, from: file)
    let layout = DatasetLayout(folder: path, written: written, variables: variables)
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
