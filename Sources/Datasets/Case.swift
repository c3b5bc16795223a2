/// One patient, or one scan of one: files of its channels and of its labels.
public struct Case: Sendable, Equatable {
  /// The name, unique in its dataset.
  public let id: String
  /// Paths of its image files in the order of the channels; a 4-D file holds several channels.
  public let images: [String]
  /// Path of its label file, or nil if nobody has labelled it.
  public let labels: String?
  /// Cases of one group (a patient's scans) stay together in a cross-validation.
  public let group: String?
  /// The part of a study it belongs to, such as a site or a scanner; results are also given per
  /// cohort.
  public let cohort: String?

  /// A case from its files.
  public init(
    id: String, images: [String], labels: String? = nil, group: String? = nil, cohort: String? = nil
  ) {
    self.id = id
    self.images = images
    self.labels = labels
    self.group = group
    self.cohort = cohort
  }

  /// The cases of a folder of images called `case_0000.nii.gz`, `case_0001.nii.gz`, ..., sorted by
  /// name.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - fileEnding: How the names end; other files are passed over.
  /// - Returns: One case per name, without labels.
  /// - Throws: ``DatasetError/unreadable(path:reason:)`` if the folder cannot be listed.
  public static func images(
    in folder: String, fileEnding: String
  ) throws(DatasetError) -> [Case] {
    var images: [String: [(channel: Int, name: String)]] = [:]
    for name in try Folder.names(in: folder) {
      guard let (id, channel) = FileName.caseAndChannel(name, ending: fileEnding) else { continue }
      images[id, default: []].append((channel, name))
    }
    return images.keys.sorted(by: FileName.precedes).map { id in
      let files = (images[id] ?? []).sorted { $0.channel < $1.channel }
      return Case(id: id, images: files.map { FileName.join(folder, $0.name) })
    }
  }
}

extension Case {
  /// What is wrong with the names of cases: one that cannot be a file's, one that stands there twice.
  static func nameProblems(of cases: [Case]) -> [String] {
    var problems: [String] = []
    for entry in cases where entry.id.contains("/") || entry.id.hasPrefix(".") || entry.id.isEmpty {
      problems.append(
        "case name \"\(entry.id)\" cannot be a file's name; choose one without / and without a dot "
          + "in front")
    }
    var seen = Set<String>()
    for entry in cases where !seen.insert(entry.id).inserted {
      problems.append("duplicate case: \(entry.id) stands there more than once")
    }
    return problems
  }
}
