public import Datasets
internal import FoundationEssentials

/// Where the label maps taken as true are.
public enum References: Sendable {
  /// In a folder, named like the masks: nnU-Net's `labelsTr`.
  case folder(String)
  /// A file for every case, by the case's name.
  case files([String: String])

  /// The labelled cases of a dataset.
  public init(of dataset: Dataset) {
    self = .files(
      Dictionary(
        dataset.cases.compactMap { item in item.labels.map { (item.id, $0) } },
        uniquingKeysWith: { first, _ in first }))
  }

  /// The file of a case.
  func path(of name: String, fileEnding: String) throws(ModelSelectionError) -> String {
    switch self {
    case .folder(let folder):
      let path = "\(folder)/\(name)\(fileEnding)"
      guard FileManager.default.fileExists(atPath: path) else {
        throw .file(
          path: path,
          problem: "does not exist, although a fold has a mask of this case; "
            + "give the folder of all references")
      }
      return path
    case .files(let files):
      guard let path = files[name] else {
        throw .file(
          path: name,
          problem: "is no labelled case of the dataset, although a fold has a mask of it")
      }
      return path
    }
  }
}
