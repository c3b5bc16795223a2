import Parallelism
import VolumeFiles
import Volumes

extension Dataset {
  /// Opens a table; labels and names of channels come from a `dataset.json` beside it, or else from
  /// the label files and the header.
  init(table path: String) throws(DatasetError) {
    let table = try CaseTable(text: try CaseTable.text(of: path), path: path)
    if let problem = table.problems.first { throw problem }
    guard !table.cases.isEmpty else {
      throw .noCases(path: path, expected: "one line per case after the header")
    }
    let folder = FileName.folder(of: path)
    let file = FileName.last(of: path)
    self.init(
      name: String(file.dropLast(FileName.ending(of: file).count)), path: path,
      description: try table.description(
        besides: FileName.join(folder, "dataset.json"), table: path),
      cases: table.cases)
  }
}

extension CaseTable {
  /// What a `dataset.json` says, or what the files show if there is none.
  func description(
    besides path: String, table: String
  ) throws(DatasetError) -> DatasetDescription {
    if Folder.exists(path) { return try DatasetDescription(contentsOf: path) }
    let found = parallelMap(cases.count) { index -> [Int]? in
      guard let labels = cases[index].labels else { return [] }
      return (try? LabelMap(contentsOf: labels)).map { LabelValues(of: $0.labels).present }
    }
    // A file that cannot be read is the business of a check; with none at all there is nothing to
    // describe.
    let values = Set(found.compactMap { $0 }.joined()).union([0]).sorted()
    guard values.count > 1 else {
      throw .noCases(
        path: table,
        expected: "label files that can be read and hold a label above 0, or a dataset.json beside "
          + "the table")
    }
    let structures = values.map {
      LabelSet.Structure(name: $0 == 0 ? "background" : "label_\($0)", labels: [$0])
    }
    let labels: LabelSet
    do throws(LabelSetProblem) { labels = try LabelSet(structures: structures) } catch {
      throw .labels(path: path, error)
    }
    return DatasetDescription(
      channelNames: channelNames, labels: labels, numTraining: cases.count,
      fileEnding: cases.first?.images.first.map(FileName.ending(of:)) ?? ".nii.gz")
  }
}

/// How often each value occurs in a label array.
struct LabelValues {
  private let counts: [Int]

  init(of labels: [LabelMap.Label]) {
    var counts = [Int](repeating: 0, count: 1 << 16)
    counts.withUnsafeMutableBufferPointer { counts in
      for label in labels { counts[Int(label)] += 1 }
    }
    self.counts = counts
  }

  /// The values that occur, ascending.
  var present: [Int] { counts.indices.filter { counts[$0] > 0 } }

  /// How often a value occurs.
  subscript(value: Int) -> Int { counts[value] }
}
