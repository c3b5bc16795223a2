import Glibc

/// Files of a reference and of its prediction.
public struct EvaluationPair: Hashable, Sendable {
  /// The case's name: the files' without their ending.
  public var name: String
  /// Path of the label map taken as true.
  public var reference: String
  /// Path of the label map to score.
  public var prediction: String

  /// A pair of files.
  public init(name: String, reference: String, prediction: String) {
    self.name = name
    self.reference = reference
    self.prediction = prediction
  }
}

/// A folder of references and a folder of predictions with the same file names.
public struct EvaluationFolders: Sendable {
  /// What to do about references that have no prediction.
  public enum MissingPredictions: Sendable {
    /// Refuse to score at all: a mean over the cases that happen to be there misleads.
    case refuse
    /// Score what is there.
    case allow
  }

  /// Folder of the label maps taken as true.
  public var reference: String
  /// Folder of the label maps to score.
  public var prediction: String
  /// Ending of the files to score; others are passed over.
  public var fileEnding: String
  /// What to do about references that have no prediction.
  public var missingPredictions: MissingPredictions

  /// Two folders whose files carry the same names.
  public init(
    reference: String, prediction: String, fileEnding: String = ".nii.gz",
    missingPredictions: MissingPredictions = .refuse
  ) {
    self.reference = reference
    self.prediction = prediction
    self.fileEnding = fileEnding
    self.missingPredictions = missingPredictions
  }

  /// The pairs, in the order of their names.
  ///
  /// - Throws: ``EvaluationError`` if a folder cannot be listed, there are no predictions, or a
  ///   partner is missing.
  public func pairs() throws(EvaluationError) -> [EvaluationPair] {
    let references = Set(try names(in: reference))
    let predictions = try names(in: prediction)
    guard !predictions.isEmpty else {
      throw .noPredictions(folder: prediction, fileEnding: fileEnding)
    }
    let missing = references.subtracting(predictions)
    if missingPredictions == .refuse, !missing.isEmpty {
      throw .missingPredictions(folder: prediction, names: missing.sorted())
    }
    var pairs: [EvaluationPair] = []
    for file in predictions {
      let pair = EvaluationPair(
        name: String(file.dropLast(fileEnding.count)), reference: join(reference, file),
        prediction: join(prediction, file))
      guard references.contains(file) else {
        throw .missingReference(prediction: pair.prediction, reference: pair.reference)
      }
      pairs.append(pair)
    }
    return pairs
  }

  private func names(in folder: String) throws(EvaluationError) -> [String] {
    guard let stream = opendir(folder) else {
      throw .unreadableFolder(path: folder, reason: String(cString: strerror(errno)))
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(fileEnding), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
