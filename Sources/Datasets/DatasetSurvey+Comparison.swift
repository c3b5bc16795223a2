extension DatasetSurvey {
  /// Takes the groups of a table in place of those of the dataset's own.
  mutating func group(by path: String) {
    do throws(DatasetError) {
      let table = try CaseGroups(contentsOf: path)
      for problem in table.problems(for: cases.map(\.id)) { note(path, problem) }
      cases = cases.map { $0.grouped(table.groups[$0.id]) }
    } catch {
      problems.append(.init(error.description, file: path))
    }
  }

  /// What shows only when cases are compared: equal images, labels that never occur.
  mutating func compare(_ findings: [CaseFindings]) {
    compareImages(findings)
    guard let labels = expectations.labels, findings.contains(where: { $0.labels != nil }) else {
      return
    }
    let found = Set(findings.compactMap(\.labels).joined())
    for label in labels.foregroundLabels where !found.contains(label) {
      note(
        source, "label \(label) (\(labels.name(of: label))) occurs in no case", .warning)
    }
  }

  /// Equal voxels under two names: a case twice, or one image of a case.
  private mutating func compareImages(_ findings: [CaseFindings]) {
    var firstCase: [String: Int] = [:]
    var firstImage: [String: (path: String, index: Int)] = [:]
    for (index, finding) in findings.enumerated() {
      let entry = cases[index]
      var isKnown = false
      if let digest = finding.digest {
        if let other = firstCase[digest] {
          isKnown = true
          note(
            entry.images.first ?? entry.id,
            "duplicate case: \(entry.id) has the same voxels as \(cases[other].id)"
              + consequence(of: entry, cases[other]))
        } else {
          firstCase[digest] = index
        }
      }
      for image in finding.images {
        guard let other = firstImage[image.digest] else {
          firstImage[image.digest] = (image.path, index)
          continue
        }
        if other.index == index {
          note(
            image.path, "has the same voxels as \(other.path), another channel of the case",
            .warning)
        } else if !isKnown {
          note(
            image.path,
            "has the same voxels as \(other.path) of case \(cases[other.index].id)"
              + consequence(of: entry, cases[other.index]), .warning)
        }
      }
    }
  }

  /// What two equal images do to a cross-validation, where groups say that they belong to two
  /// patients or sites.
  private func consequence(of entry: Case, _ other: Case) -> String {
    guard entry.group != nil || other.group != nil, entry.group != other.group else { return "" }
    func name(_ group: String?) -> String { group.map { "group \($0)" } ?? "no group" }
    return ", but one is in \(name(entry.group)) and the other in \(name(other.group)): "
      + "a network might be validated on what it was trained on"
  }
}
