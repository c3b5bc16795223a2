/// Which cases belong together, such as the scans of one patient or the patients of one site, read
/// from a CSV table.
///
/// A cross-validation never trains on one case of a group and validates on another.
public struct CaseGroups: Hashable, Sendable {
  /// The table.
  public let path: String
  /// Group of every case of the table, by the case's name; empty for a case that stands alone.
  public let groups: [String: String]

  /// Reads the columns `case` and `group` of a table; others are passed over.
  ///
  /// - Parameter path: A CSV file whose first line names the columns.
  /// - Throws: ``DatasetError/unreadable(path:reason:)`` or
  ///   ``DatasetError/table(path:line:problem:)``.
  public init(contentsOf path: String) throws(DatasetError) {
    self.path = path
    groups = try CaseTable.values(of: "group", in: path)
  }

  init(path: String, groups: [String: String]) {
    self.path = path
    self.groups = groups
  }

  /// What is wrong with the table for a dataset of these cases: names that the dataset does not
  /// have, and cases without a line; one line each, none if all is well.
  public func problems(for cases: [String]) -> [String] {
    let known = Set(cases)
    let unknown = groups.keys.filter { !known.contains($0) }.sorted(by: FileName.precedes)
    let missing = cases.filter { groups[$0] == nil }
    var problems: [String] = []
    if !unknown.isEmpty {
      problems.append(
        "names cases that the dataset does not have: \(Self.list(unknown)); correct the names, or "
          + "remove the lines")
    }
    if !missing.isEmpty {
      problems.append(
        "has no line for the cases \(Self.list(missing)); add them, with an empty group for a case "
          + "that stands alone")
    }
    return problems
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ")
      + (names.count > 5 ? " and \(names.count - 5) more" : "")
  }
}

extension Dataset {
  /// The same dataset with other groups, those of its own table being forgotten.
  ///
  /// - Parameter groups: A line for every case, and for no other.
  /// - Returns: The dataset.
  /// - Throws: ``DatasetError/groups(path:problem:)``.
  public func grouped(by groups: CaseGroups) throws(DatasetError) -> Dataset {
    let problems = groups.problems(for: caseNames)
    guard problems.isEmpty else {
      throw .groups(path: groups.path, problem: problems.joined(separator: "; "))
    }
    return Dataset(
      name: name, path: path, description: description,
      cases: cases.map { $0.grouped(groups.groups[$0.id]) })
  }
}

extension Case {
  /// The same case in another group; none for nil or an empty name.
  func grouped(_ group: String?) -> Case {
    Case(
      id: id, images: images, labels: labels, group: group?.isEmpty == true ? nil : group,
      cohort: cohort)
  }
}
