/// Which part of a study every case belongs to, such as a site or a scanner, read from a CSV table.
public struct CohortList: Hashable, Sendable {
  /// Cohort of every case that has one, by the case's name.
  public let cohorts: [String: String]

  /// Reads the columns `case` and `cohort` of a table; others are passed over, so that a dataset's
  /// own table serves too.
  ///
  /// - Parameter path: A CSV file whose first line names the columns.
  /// - Throws: ``DatasetError/unreadable(path:reason:)`` or
  ///   ``DatasetError/table(path:line:problem:)``.
  public init(contentsOf path: String) throws(DatasetError) {
    let lines = CaseTable.lines(of: try CaseTable.text(of: path))
    let names = lines.first.flatMap(CaseTable.fields)?.map { $0.lowercased() } ?? []
    guard let caseColumn = names.firstIndex(of: "case"),
      let cohortColumn = names.firstIndex(of: "cohort")
    else {
      throw .table(
        path: path, line: 1,
        problem: "the header needs the columns \"case\" and \"cohort\", found \(names)")
    }
    var cohorts: [String: String] = [:]
    for (index, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
      guard let values = CaseTable.fields(line), values.count == names.count else {
        throw .table(
          path: path, line: index + 1,
          problem: "expected \(names.count) fields as in the header, found "
            + "\(CaseTable.fields(line)?.count ?? 0)")
      }
      guard cohorts[values[caseColumn]] == nil else {
        throw .table(
          path: path, line: index + 1,
          problem: "the case \"\(values[caseColumn])\" stands in an earlier line too")
      }
      if !values[cohortColumn].isEmpty { cohorts[values[caseColumn]] = values[cohortColumn] }
    }
    self.cohorts = cohorts
  }
}
