public import JSONDocuments

extension CrossValidationSplits {
  /// Reads a `splits_final.json`.
  ///
  /// - Throws: ``DatasetError`` naming the file and the split.
  public init(contentsOf path: String) throws(DatasetError) {
    let document: JSONValue
    do throws(JSONFileError) { document = try JSONValue(contentsOf: path) } catch {
      throw DatasetError(error)
    }
    guard let entries = document.array, !entries.isEmpty else {
      throw .split(path: path, problem: "expected a list of splits")
    }
    var splits: [Split] = []
    for (fold, entry) in entries.enumerated() {
      guard let training = entry["train"]?.strings, let validation = entry["val"]?.strings else {
        throw .split(
          path: path, problem: "split \(fold): expected {\"train\": [names], \"val\": [names]}")
      }
      guard !training.isEmpty else {
        throw .split(path: path, problem: "split \(fold): has no training case")
      }
      splits.append(Split(training: training, validation: validation))
    }
    self.init(splits)
  }

  /// The document nnU-Net writes for these splits.
  public var document: JSONValue {
    .array(
      splits.map { split in
        [
          "train": .array(split.training.map { .string($0) }),
          "val": .array(split.validation.map { .string($0) }),
        ]
      })
  }

  /// Names in the splits that a dataset does not have, in order of appearance.
  public func unknownCases(among cases: [String]) -> [String] {
    let known = Set(cases)
    var seen = Set<String>()
    return splits.flatMap { $0.training + $0.validation }
      .filter { !known.contains($0) && seen.insert($0).inserted }
  }
}
